"""What a person does after `homeport init`. Pure."""

from __future__ import annotations

from homeport.init.answers import Answers
from homeport.init.domains import stack_of


def next_steps(answers: Answers) -> list[str]:
    """In order, each with its commands; texts of one line or more."""
    stacks = [stack_of(answers, "gcp", name) for name in answers.environments] if answers.on_gcp else []
    stacks += [stack_of(answers, "aws", name) for name in answers.environments] if answers.on_aws else []
    first = stacks[0]
    steps = [
        "Look at the plan; it needs neither account nor network:\n"
        + "\n".join(f"homeport plan -s {name}" for name in ["global", *stacks]),
    ]
    if answers.on_gcp:
        steps.append(_google(answers))
    if answers.on_aws:
        steps.append(_amazon(answers))
    make = f"for stack in {' '.join(['global', *stacks])}; do pulumi stack init $stack; done"
    steps += [
        f"Make a place for the state with homeport bootstrap (docs/bootstrap.md), and the stacks in it:\n{make}",
        "Bring up what all share:\nhomeport up -s global",
        f"Enter the name servers of {answers.domain} at its registrar:\npulumi stack output name_servers -s global",
        f"Bring up a cluster, then the others alike:\nhomeport up -s {first}",
        (
            "Describe your applications in stacks/apps.py, push their images, and name them, each with its build; see"
            f" docs/first-day.md:\nhomeport set -s {first} apps.NAME.tag=1.0.0"
        ),
    ]
    return steps


def _google(answers: Answers) -> str:
    projects = [answers.gcp_projects[name] for name in ("global", *answers.environments)]
    return (
        f"On Google Cloud make the groups platform@{answers.domain} and developers@{answers.domain}, and switch two"
        " APIs on in each project:\n"
        f"for project in {' '.join(projects)}; do\n"
        "  gcloud services enable cloudresourcemanager.googleapis.com serviceusage.googleapis.com --project $project\n"
        "done"
    )


def _amazon(answers: Answers) -> str:
    accounts = ", ".join(answers.aws_accounts[name] for name in answers.environments)
    deployer = "" if answers.repository else ", and homeport-deploy, which deploys the cluster"
    return (
        "On AWS the files name what must be there, or write your own names instead: the permission sets PlatformAdmin"
        f" and Developer, and in each of {accounts} the role homeport-global, which the global stack assumes{deployer}"
        f" (docs/deploy.md makes it). The zones of {answers.aws_region}, as your accounts see them:\n"
        f"aws ec2 describe-availability-zones --region {answers.aws_region} --query 'AvailabilityZones[].ZoneName'"
    )
