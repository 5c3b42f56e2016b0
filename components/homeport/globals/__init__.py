"""What every cluster of an organisation shares: zones, access, CI, registries, keys, backups, budgets, audit logs.

Each part is optional and stands on one cloud or on both. `homeport.globals.published` is what cluster stacks read.
"""
