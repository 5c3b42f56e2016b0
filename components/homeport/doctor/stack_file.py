"""What the checks need to know of Pulumi.yaml and a stack file before, or without, the settings being right.

Nothing here judges: a file that cannot be read gives no facts, and the settings' own check says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from io import StringIO
from typing import Any, cast

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """Facts of a Pulumi.yaml.

    Attributes:
        name: of the project.
        backend: address of the state that the project names itself.
        virtualenv: folder of the Python environment, relative to the project.
    """

    name: str | None = None
    backend: str | None = None
    virtualenv: str | None = None


@dataclass(frozen=True, slots=True)
class StackFile:
    """Facts of a Pulumi.<stack>.yaml.

    Attributes:
        provider: `secretsprovider`: the key that encrypts secrets; None without one.
        salted: whether secrets are encrypted with a passphrase.
        secrets: names under `homeport:secrets`.
        kind: `cluster.kind`.
        project: `cluster.project`.
        context: `cluster.context`.
        kubeconfig: `cluster.kubeconfig`, where it is a path.
        account: `cluster.account`.
        api_path: `cluster.api.path`.
        layer: `layer`.
        google: `gcp.project` of the global layer; None where it has nothing there.
        amazon: `aws.account` of the global layer; None where it has nothing there.
        zones: names under `dns.zones`.
        shared: `global`: the stack that a cluster stack reads.
        domain: `domain` of a cluster stack.
    """

    provider: str | None = None
    salted: bool = False
    secrets: tuple[str, ...] = ()
    kind: str | None = None
    project: str | None = None
    context: str | None = None
    kubeconfig: str | None = None
    account: str | None = None
    api_path: str | None = None
    layer: str | None = None
    google: str | None = None
    amazon: str | None = None
    zones: tuple[str, ...] = ()
    shared: str | None = None
    domain: str | None = None

    @property
    def passphrase(self) -> bool:
        """Whether reading the stack's secrets takes a passphrase."""
        return self.provider == "passphrase" or (self.salted and not self.provider)


def project_file(text: str) -> ProjectFile:
    """Facts of the text of a Pulumi.yaml."""
    data = _mapping(_load(text))
    options = _mapping(_mapping(data.get("runtime")).get("options"))
    return ProjectFile(
        name=_text(data.get("name")),
        backend=_text(_mapping(data.get("backend")).get("url")),
        virtualenv=_text(options.get("virtualenv")),
    )


def stack_file(text: str) -> StackFile:
    """Facts of the text of a stack file."""
    data = _mapping(_load(text))
    config = _mapping(data.get("config"))
    secrets = _mapping(config.get("homeport:secrets"))
    return replace(
        settings_facts({key.removeprefix("homeport:"): value for key, value in config.items()}),
        provider=_text(data.get("secretsprovider")),
        salted=data.get("encryptionsalt") is not None,
        secrets=tuple(sorted(str(name) for name in secrets if name != "secure")),
    )


def settings_facts(settings: Mapping[str, Any]) -> StackFile:
    """Facts of the sections of a stack file, written or completed; those of the file itself are left out."""
    cluster = _mapping(settings.get("cluster"))
    return StackFile(
        kind=_text(cluster.get("kind")),
        project=_text(cluster.get("project")),
        context=_text(cluster.get("context")),
        kubeconfig=_line(cluster.get("kubeconfig")),
        account=_text(cluster.get("account")),
        api_path=_text(_mapping(cluster.get("api")).get("path")),
        layer=_text(settings.get("layer")),
        google=_text(_mapping(settings.get("gcp")).get("project")),
        amazon=_text(_mapping(settings.get("aws")).get("account")),
        zones=tuple(sorted(str(name) for name in _mapping(_mapping(settings.get("dns")).get("zones")))),
        shared=_text(settings.get("global")),
        domain=_text(settings.get("domain")),
    )


def contexts(text: str) -> list[str]:
    """Names of the contexts in the text of a kubeconfig."""
    listed = _mapping(_load(text)).get("contexts")
    items = cast("list[object]", listed) if isinstance(listed, list) else []
    return [name for item in items if (name := _text(_mapping(item).get("name"))) is not None]


def _load(text: str) -> object:
    try:
        return cast("object", YAML(typ="safe", pure=True).load(StringIO(text)))  # pyright: ignore[reportUnknownMemberType]
    except (YAMLError, ValueError, RecursionError):
        return None


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _line(value: object) -> str | None:
    """A text of one line: a path, not a document."""
    text = _text(value)
    return text if text and "\n" not in text else None
