"""SealedSecrets as documents: made, read, added to.

https://github.com/bitnami-labs/sealed-secrets#overview

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, Final, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from homeport.seal.certificate import Certificate
from homeport.seal.crypto import encrypt
from homeport.seal.errors import SealError
from homeport.seal.scope import Scope, label, scope_annotations, scope_of

API_VERSION: Final = "bitnami.com/v1alpha1"
KIND: Final = "SealedSecret"

#: Text that every YAML reader takes for text.
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9./+=-]*")
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Target:
    """The Secret that a SealedSecret becomes.

    Attributes:
        name: of both.
        namespace: of both; empty where cluster-wide ones leave it to whoever applies them.
        scope: how freely it may be moved.
        type: of the Secret.
    """

    name: str
    namespace: str
    scope: Scope = "strict"
    type: str = "Opaque"


def seal(certificate: Certificate, target: Target, values: Mapping[str, bytes]) -> dict[str, str]:
    """Key to sealed value. Each call gives others: a value's sealed form tells nothing, not even whether it changed."""
    bound = label(target.scope, target.namespace, target.name)
    return {
        key: base64.b64encode(encrypt(certificate.key, value, bound)).decode() for key, value in sorted(values.items())
    }


def document(target: Target, sealed: Mapping[str, str]) -> dict[str, Any]:
    """A SealedSecret."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": _metadata(target),
        "spec": {
            "encryptedData": dict(sorted(sealed.items())),
            "template": {"metadata": _metadata(target), "type": target.type},
        },
    }


def to_yaml(made: Mapping[str, Any]) -> str:
    """A document as YAML."""
    stream = StringIO()
    _yaml().dump(_quoted(made), stream)
    return stream.getvalue()


@dataclass(frozen=True)
class Merged:
    """A SealedSecret's file with more in it.

    Attributes:
        text: of the file.
        document: what it says.
        added: keys that are new.
        replaced: keys that had another value.
    """

    text: str
    document: dict[str, Any]
    added: list[str]
    replaced: list[str]


def target_of(text: str, *, where: str) -> Target:
    """What the SealedSecret in a file is for.

    Raises:
        SealError: the file holds no SealedSecret, or not one alone.
    """
    found = _load(text, where=where)
    metadata = _mapping(found.get("metadata"))
    name, namespace = metadata.get("name"), metadata.get("namespace", "")
    if not isinstance(name, str) or not isinstance(namespace, str):
        raise SealError(f"{where}: metadata has no name")
    kind = _mapping(_mapping(found.get("spec")).get("template")).get("type", "Opaque")
    return Target(name, namespace, scope_of(_mapping(metadata.get("annotations"))), str(kind))


def merge(text: str, sealed: Mapping[str, str], *, where: str) -> Merged:
    """Put sealed values into a file; everything else in it, comments included, stays."""
    found = _load(text, where=where)
    spec = found["spec"]
    data = spec.get("encryptedData")
    if data is None:
        data = spec["encryptedData"] = {}
    added, replaced = [key for key in sealed if key not in data], [key for key in sealed if key in data]
    data.update(_quoted(sealed))
    stream = StringIO()
    _yaml().dump(found, stream)
    return Merged(stream.getvalue(), _plain(found), added, replaced)


def _metadata(target: Target) -> dict[str, Any]:
    found: dict[str, Any] = {"name": target.name}
    if target.namespace:
        found["namespace"] = target.namespace
    if scope_annotations(target.scope):
        found["annotations"] = scope_annotations(target.scope)
    return found


def _quoted(value: Any) -> Any:
    """The same with quotes around every text that some YAML reader could take for something else."""
    if isinstance(value, Mapping):
        return {_quoted(key): _quoted(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, str) and (not _PLAIN.fullmatch(value) or value.lower() in _WORDS):
        return DoubleQuotedScalarString(value)
    return value


def _load(text: str, *, where: str) -> dict[str, Any]:
    try:
        documents = [item for item in _yaml().load_all(text) if item is not None]
    except (YAMLError, ValueError, RecursionError):
        raise SealError(f"{where} is not YAML") from None
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise SealError(f"{where} must hold one SealedSecret and nothing else", "give each a file of its own")
    found = cast("dict[str, Any]", documents[0])
    if found.get("kind") == "Secret":
        raise SealError(
            f"{where} holds a Secret in clear",
            "seal its values with --from-stdin or --from-file, and take the file out of the repository",
        )
    if found.get("kind") != KIND or found.get("apiVersion") != API_VERSION:
        raise SealError(f"{where} holds no {KIND} of {API_VERSION}")
    spec = found.get("spec")
    data = _mapping(spec).get("encryptedData")
    if not all(isinstance(part, Mapping) for part in (found.get("metadata"), spec, data or spec)):
        raise SealError(f"{where} holds a broken {KIND}: metadata, spec and spec.encryptedData must be maps")
    return found


def _yaml() -> YAML:
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 1 << 20  # a sealed value is one line
    yaml.preserve_quotes = True
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[Any]", value)]
    return value
