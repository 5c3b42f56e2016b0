"""Roles in the accounts of AWS that the files name. Pure."""

from __future__ import annotations

from homeport.identity.role_paths import LOGINS
from homeport.init.answers import Answers


def bootstrap_role(account: str) -> str:
    """What the global stack assumes in another account; a person makes it once."""
    return f"arn:aws:iam::{account}:role/homeport-global"


def deploying_role(answers: Answers, account: str) -> str:
    """Who deploys a cluster: CI's role, which the global stack makes; without CI one that a person makes."""
    path = "/" if answers.repository is None else LOGINS
    name = "homeport-deploy" if answers.repository is None else "ci-homeport-deploy"
    return f"arn:aws:iam::{account}:role{path}{name}"


def people_role(account: str, grant: str) -> str:
    """What the people of a grant of the global stack assume in an account."""
    return f"arn:aws:iam::{account}:role{LOGINS}access-{grant}"
