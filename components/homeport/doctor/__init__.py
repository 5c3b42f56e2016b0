"""What a machine needs to plan and to deploy: checks that take facts and give findings, without side effects."""
