"""Value types of the global layer: AWS accounts, regions, ARNs, e-mail addresses.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from homeport.model import rule_error

_ARN: Final = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}|aws)?:\S+")
_EMAIL: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


def _account(value: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", value):
        raise rule_error(
            "must be an AWS account id: 12 digits, in quotes because it is text", 'for example "111122223333"'
        )
    return value


def _arn(value: str) -> str:
    if "*" in value or not _ARN.fullmatch(value):
        raise rule_error(
            "must be one full ARN, without wildcards", "for example arn:aws:iam::111122223333:role/platform"
        )
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise rule_error("must be an e-mail address", "for example platform@acme.example")
    return value


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` most likely stands for; None where none is near."""
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else None


#: An AWS account id: 12 digits.
AccountId = Annotated[str, AfterValidator(_account)]
#: An AWS region, for example eu-central-1.
AwsRegion = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$", examples=["eu-central-1"])]
#: An Amazon Resource Name without wildcards.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
Arn = Annotated[str, AfterValidator(_arn)]
#: An e-mail address.
Email = Annotated[str, AfterValidator(_email)]
