"""Sealing keys as data: out of and into Kubernetes Secrets, packed for the store, and what is missing where.

A part of the store is a gzipped Kubernetes List of Secrets, so that a person can put it back with nothing but a shell:
`... | gunzip | kubectl create -f -`. Values are in `stringData`, since base64 within base64 compresses badly.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

#: Label by which the controller finds its keys; its value is "active", or "compromised" for one that it must not use.
#: https://github.com/bitnami-labs/sealed-secrets#secret-rotation
LABEL: Final = "sealedsecrets.bitnami.com/sealed-secrets-key"
CERTIFICATE: Final = "tls.crt"
PRIVATE_KEY: Final = "tls.key"
#: Where `kubectl apply` leaves a copy of all that it was given, private key included.
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"

#: Bytes that one value holds, on both clouds.
#: https://cloud.google.com/secret-manager/quotas
#: https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_limits.html
LIMIT: Final = 65536


class BadEntryError(Exception):
    """Something that should be a sealing key is none; the text never holds any of it."""


@dataclass(frozen=True)
class Entry:
    """One sealing key.

    Attributes:
        name: of its Secret.
        labels: of its Secret.
        annotations: of its Secret.
        certificate: PEM.
        private_key: PEM.
    """

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    certificate: str = field(repr=False)
    private_key: str = field(repr=False)

    def secret(self, namespace: str) -> dict[str, Any]:
        """As a Kubernetes Secret."""
        metadata: dict[str, Any] = {"name": self.name, "namespace": namespace, "labels": dict(self.labels)}
        if self.annotations:
            metadata["annotations"] = dict(self.annotations)
        return {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": metadata,
            "stringData": {CERTIFICATE: self.certificate, PRIVATE_KEY: self.private_key},
        }


def entry(secret: Mapping[str, Any]) -> Entry:
    """The key that a Secret holds, as the API server or a part of the store has it.

    The controller stops with a panic at a Secret that has no certificate, so none may ever be put back.

    Raises:
        BadEntryError: it holds none.
    """
    try:
        metadata = secret["metadata"]
        name = str(metadata["name"])
    except (KeyError, TypeError):
        raise BadEntryError("a Secret without a name") from None
    try:
        encoded = {key: base64.b64decode(value, validate=True).decode() for key, value in _map(secret, "data").items()}
        values = {**encoded, **_map(secret, "stringData")}
        certificate, private_key = values[CERTIFICATE], values[PRIVATE_KEY]
        labels = {str(key): str(value) for key, value in _map(metadata, "labels").items()}
        annotations = {
            str(key): str(value) for key, value in _map(metadata, "annotations").items() if key != _LAST_APPLIED
        }
    except (KeyError, TypeError, ValueError, AttributeError):
        raise BadEntryError(f"{name}: no {CERTIFICATE} and {PRIVATE_KEY} that can be read") from None
    if "BEGIN CERTIFICATE" not in certificate or "PRIVATE KEY" not in private_key:
        raise BadEntryError(f"{name}: {CERTIFICATE} or {PRIVATE_KEY} is not PEM")
    if LABEL not in labels:
        raise BadEntryError(f"{name}: no label {LABEL}")
    return Entry(name, labels, annotations, certificate, private_key)


def sort_out(secrets: Iterable[Mapping[str, Any]]) -> tuple[list[Entry], list[str]]:
    """The keys that Secrets hold, and what is wrong with those that hold none."""
    keys: list[Entry] = []
    broken: list[str] = []
    for secret in secrets:
        try:
            keys.append(entry(secret))
        except BadEntryError as error:
            broken.append(str(error))
    return keys, broken


def pack(entries: Iterable[Entry], namespace: str) -> bytes:
    """A part's value; the same entries always give the same bytes."""
    items = [one.secret(namespace) for one in sorted(entries, key=lambda one: one.name)]
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, sort_keys=True, separators=(",", ":"))
    return gzip.compress(text.encode(), compresslevel=9, mtime=0)


def unpack(value: bytes) -> list[Entry]:
    """The keys of a part.

    Raises:
        BadEntryError: it is not what `pack` makes.
    """
    try:
        items = json.loads(gzip.decompress(value))["items"]
    except (OSError, EOFError, ValueError, KeyError, TypeError):
        raise BadEntryError("its value is not a gzipped List of Secrets") from None
    return [entry(item) for item in items]


def missing(there: Iterable[Entry], wanted: Iterable[Entry]) -> list[Entry]:
    """What of `wanted` is not `there`, by name, the first of each name."""
    names = {one.name for one in there}
    found: dict[str, Entry] = {}
    for one in wanted:
        if one.name not in names:
            found.setdefault(one.name, one)
    return list(found.values())


@dataclass(frozen=True)
class Filling:
    """What a backup writes.

    Attributes:
        parts: the keys of every part, afterwards.
        changed: indices of the parts to write.
        added: names of keys that the store did not have.
        updated: names of keys whose labels changed, for example to compromised.
        left: names of keys for which there was no room.
    """

    parts: Sequence[Sequence[Entry]]
    changed: Sequence[int]
    added: Sequence[str]
    updated: Sequence[str]
    left: Sequence[str]


def fill(parts: Sequence[Sequence[Entry]], cluster: Iterable[Entry], namespace: str) -> Filling:
    """Put what the cluster has into the parts, each new key into the first with room; nothing is ever dropped."""
    filled = [list(part) for part in parts]
    where = {one.name: (index, place) for index, part in enumerate(filled) for place, one in enumerate(part)}
    changed: set[int] = set()
    added: list[str] = []
    updated: list[str] = []
    left: list[str] = []
    for one in cluster:
        if one.name in where:
            index, place = where[one.name]
            if filled[index][place] != one:
                filled[index][place] = one
                changed.add(index)
                updated.append(one.name)
            continue
        for index, part in enumerate(filled):
            if len(pack([*part, one], namespace)) <= LIMIT:
                part.append(one)
                changed.add(index)
                added.append(one.name)
                break
        else:
            left.append(one.name)
    return Filling(filled, sorted(changed), added, updated, left)


def room(parts: Sequence[Sequence[Entry]], namespace: str) -> int:
    """How many more keys fit, to judge by the average of those that are there."""
    sizes = [len(pack(part, namespace)) for part in parts]
    count = sum(len(part) for part in parts)
    if not count:
        return len(parts)
    average = sum(size for size, part in zip(sizes, parts, strict=True) if part) / count
    return sum(int((LIMIT - size) // average) for size in sizes)


def _map(holder: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    return holder.get(key) or {}
