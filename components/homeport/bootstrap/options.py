"""The command's options, checked: every problem at once, by the options' own names.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import ValidationError

from homeport.bootstrap.args import IDENTITY, AnyStateStoreArgs, AwsStateStoreArgs, GcpStateStoreArgs
from homeport.problems import NO_VALUE, Problem, SettingsError

_OF_CLOUD: Final = {"gcp": ("project", "location", "settle_seconds"), "aws": ("account", "region")}
_EXAMPLES: Final = {
    "project": "acme-admin, a project of its own",
    "location": "europe-west3",
    "account": "999900001111, an account of its own",
    "region": "eu-central-1",
}
#: https://www.pulumi.com/docs/iac/concepts/state-and-backends/
_PLACES: Final = ("gs", "s3", "azblob", "file", "https")
#: https://www.pulumi.com/docs/iac/concepts/secrets/#available-encryption-providers
_PROVIDERS: Final = ("gcpkms", "awskms", "azurekeyvault", "hashivault")


class OptionsError(SettingsError):
    """All that is wrong with the options."""

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}; nothing was made:"
        return "\n".join([head, *(line for problem in self.problems for line in ["", *problem.lines()])])


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says.

    Attributes:
        cloud: gcp or aws.
        values: field of the arguments to what was given; nothing for what was not.
        state: another place than the bucket; None: the bucket.
        secrets_provider: another one than the key; None: the key.
    """

    cloud: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    state: str | None = None
    secrets_provider: str | None = None


def check(given: Given) -> None:
    """Refuse what no store can be made from.

    Raises:
        OptionsError: everything that is wrong or missing, at once.
    """
    problems = [*_wrong_cloud(given), *_wrong_places(given)]
    try:
        _model(given.cloud).model_validate(_known(given.cloud, given.values))
    except ValidationError as error:
        found = [_of_pydantic(dict(one)) for one in error.errors(include_url=False)]
        # A value that none of several types takes is wrong once.
        problems += list({(one.path, one.rule, str(one.value)): one for one in found}.values())
    if problems:
        raise OptionsError(problems)


def complete_options(given: Given, recorded: Mapping[str, Any], *, standing: str | None = None) -> AnyStateStoreArgs:
    """The arguments: what is given, and of what is not, what the last run was given.

    Args:
        given: checked.
        recorded: arguments of the last run; those of another cloud are of no use.
        standing: where the store stands that `recorded` is of; None: it is not there yet, and may become another.

    Raises:
        OptionsError: `given` asks for another store than the one that stands.
    """
    model = _model(given.cloud)
    before = {key: value for key, value in recorded.items() if key in model.model_fields}
    if recorded.get("cloud") != given.cloud:
        before = {}
    values = _known(given.cloud, given.values)
    if standing is not None and before:
        problems = [
            _problem(
                key,
                f"the state store in {standing} has {before.get(key)}, and cannot become another",
                f"write {_option(key)} {before.get(key)}, or make another store with another --bucket",
                values[key],
            )
            for key in IDENTITY
            if key in values and key != "cloud" and values[key] != before.get(key)
        ]
        if problems:
            raise OptionsError(problems)
    return model.model_validate({**before, **values})


def _model(cloud: str) -> type[GcpStateStoreArgs | AwsStateStoreArgs]:
    return AwsStateStoreArgs if cloud == "aws" else GcpStateStoreArgs


def _known(cloud: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key in _model(cloud).model_fields}


def _wrong_cloud(given: Given) -> Iterator[Problem]:
    """Options of the other cloud."""
    for cloud, names in _OF_CLOUD.items():
        for name in names:
            if cloud != given.cloud and name in given.values:
                rule = f"has no effect: the cloud is {given.cloud}"
                yield _problem(name, rule, f"leave it out, or write --cloud {cloud}", given.values[name])


def _wrong_places(given: Given) -> Iterator[Problem]:
    if given.state is not None and urlsplit(given.state).scheme not in _PLACES:
        rule = f"must be a place that Pulumi knows: {', '.join(f'{name}://' for name in _PLACES)}"
        yield _problem("state", rule, "leave it out: the bucket is taken", given.state)
    if given.secrets_provider is not None and urlsplit(given.secrets_provider).scheme not in _PROVIDERS:
        rule = f"must name a key: {', '.join(f'{name}://' for name in _PROVIDERS)}"
        yield _problem("secrets_provider", rule, "leave it out: the key that is made is taken", given.secrets_provider)


def _of_pydantic(error: Mapping[str, Any]) -> Problem:
    name = str(error["loc"][0]) if error["loc"] else ""
    if error["type"] == "missing":
        return _problem(name, "is missing", f"add {_option(name)}, for example {_EXAMPLES[name]}", NO_VALUE)
    context: Mapping[str, Any] = error.get("ctx", {})
    rule, fix = str(context.get("rule") or error["msg"]), str(context.get("fix", ""))
    if "pattern" in context or error["type"] == "literal_error":
        rule, fix = "does not look like one", f"for example {_EXAMPLES.get(name, '')}"
    return _problem(name, rule, fix, error.get("input", NO_VALUE))


def _problem(name: str, rule: str, fix: str, value: Any) -> Problem:
    return Problem((_option(name),), rule, fix, value)


def _option(name: str) -> str:
    return f"--{re.sub('_', '-', name)}"
