"""Ranges of the environments' networks: no two overlap, on either cloud, so that any two can be connected. Pure."""

from __future__ import annotations

from typing import Final

from homeport.init.answers import Answers
from homeport.values import Cidr

#: Second byte of the first range of environments that are not production, and of those that are. Both count on by
#: fours, which leaves three ranges beside each for what it grows into.
_FIRST: Final = {"gcp": (20, 40), "aws": (60, 80)}
_STEP: Final = 4


def network_range(answers: Answers, cloud: str, environment: str) -> Cidr:
    """The range of an environment on a cloud; it does not change when environments are added at the end."""
    trial, production = _FIRST[cloud]
    names, first = (answers.production, production) if environment in answers.production else (answers.trial, trial)
    return f"10.{first + _STEP * names.index(environment)}.0.0/16"


def peers(answers: Answers, cloud: str, environment: str) -> dict[str, Cidr]:
    """The networks that an environment is likely to be connected with: production knows the others of its cloud."""
    if environment not in answers.production:
        return {}
    return {name: network_range(answers, cloud, name) for name in answers.trial}
