"""Which domain is whose. Pure."""

from __future__ import annotations

from homeport.init.answers import Answers


def apex(answers: Answers, cloud: str) -> str:
    """The domain of a cloud: the organisation's, and below eks where Google Cloud has that already."""
    return f"eks.{answers.domain}" if cloud == "aws" and answers.on_gcp else answers.domain


def domain_of(answers: Answers, cloud: str, environment: str) -> str:
    """The domain of an environment: the first production one has the cloud's own."""
    whole = apex(answers, cloud)
    return whole if environment in answers.production[:1] else f"{environment}.{whole}"


def stack_of(answers: Answers, cloud: str, environment: str) -> str:
    """The stack of an environment: on AWS with a suffix where Google Cloud has the name already."""
    return f"{environment}-eks" if cloud == "aws" and answers.on_gcp else environment
