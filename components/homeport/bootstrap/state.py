"""What an exported state says.

Pure: nothing here imports pulumi, and no state is read from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_STACK: Final = "pulumi:pulumi:Stack"
#: What an update that changes nothing may change.
_NOTED: Final = frozenset({"created", "modified", "sourcePosition", "stackTrace"})
#: Type to the id that a resource has in the cloud, from its inputs. What is not here is made again without harm
#: (services, grants, settings of a bucket), or has an id that only the cloud knows (keys of AWS).
_IDS: Final[Mapping[str, str]] = {
    "gcp:storage/bucket:Bucket": "{name}",
    "gcp:kms/keyRing:KeyRing": "projects/{project}/locations/{location}/keyRings/{name}",
    "gcp:kms/cryptoKey:CryptoKey": "{keyRing}/cryptoKeys/{name}",
    "aws:s3/bucket:Bucket": "{bucket}",
    "aws:kms/alias:Alias": "{name}",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """What an engine that was killed had begun to make, or perhaps made.

    Attributes:
        name: logical name.
        type: its type.
        id: in the cloud; None where nobody can tell it.
    """

    name: str
    type: str
    id: str | None


@dataclass(frozen=True, slots=True)
class State:
    """A state, as far as a state store looks at it.

    Attributes:
        resources: in the state, with all that it says of them.
        outputs: of the stack; empty until an update came to its end.
        provider: what encrypts secrets: a URL, or the kind of provider.
        notes: what the stack's file has to say for its secrets to be read.
        pending: what was begun.
    """

    resources: list[dict[str, Any]]
    outputs: Mapping[str, Any]
    provider: str
    notes: Mapping[str, str]
    pending: list[Pending] = field(default_factory=list[Pending])


def read_state(export: Mapping[str, Any]) -> State:
    """Read what `pulumi stack export` prints."""
    deployment: dict[str, Any] = export.get("deployment") or {}
    resources: list[dict[str, Any]] = deployment.get("resources") or []
    outputs: dict[str, Any] = {}
    for found in resources:
        if found["type"] == _STACK:
            outputs = found.get("outputs") or {}
    provider: dict[str, Any] = deployment.get("secrets_providers") or {}
    said: dict[str, Any] = provider.get("state") or {}
    kind = str(provider.get("type") or "none")
    notes = {"secretsprovider": said.get("url"), "encryptedkey": said.get("encryptedkey")}
    if kind == "passphrase":
        notes = {"encryptionsalt": said.get("salt")}
    return State(
        resources,
        outputs,
        str(said.get("url") or kind),
        {key: str(value) for key, value in notes.items() if value},
        list(_pending(deployment.get("pending_operations") or [])),
    )


def complete(state: State) -> bool:
    """Whether an update has come to its end."""
    return bool(state.outputs.get("secrets_provider"))


def sealed(state: State) -> bool:
    """Whether something else than a passphrase encrypts it."""
    return "://" in state.provider


def same(one: State, other: State) -> bool:
    """Whether two states hold the same resources. Secrets must be shown: their ciphertexts never are the same."""
    return _plain(one) == _plain(other)


def _plain(state: State) -> list[dict[str, Any]]:
    return [{key: value for key, value in found.items() if key not in _NOTED} for found in state.resources]


def _pending(operations: list[dict[str, Any]]) -> Iterator[Pending]:
    for operation in operations:
        if operation.get("type") != "creating":
            continue
        resource: dict[str, Any] = operation["resource"]
        inputs: dict[str, Any] = resource.get("inputs") or {}
        pattern = _IDS.get(resource["type"])
        try:
            id_ = pattern.format(**inputs) if pattern else None
        except KeyError:
            id_ = None
        yield Pending(resource["urn"].split("::", 3)[3], resource["type"], id_)
