"""What Helm rendered: are these objects that a cluster could take, and what do they bring with them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from homeport.charts.finding import Finding
from homeport.charts.releases import defined_kinds
from homeport.charts.yaml_text import YamlTextError, load

#: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/; RBAC takes colons too.
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_RBAC_NAME: Final = re.compile(r"[^/%]+")
#: Groups that every cluster serves by itself.
#: https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.34/
_BUILT_IN: Final = re.compile(
    r"|apps|batch|autoscaling|policy"
    r"|(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination"
    r"|discovery|events|flowcontrol\.apiserver|internal\.apiserver|networking|node|rbac\.authorization|resource"
    r"|scheduling|storage|storagemigration)\.k8s\.io"
)


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a chart becomes.

    Attributes:
        objects: all of them.
        findings: what is no object.
    """

    objects: tuple[Mapping[str, Any], ...] = field(repr=False)
    findings: tuple[Finding, ...]


def parse(text: str) -> Rendered:
    """Read what `helm template` prints."""
    objects: list[Mapping[str, Any]] = []
    findings: list[Finding] = []
    for source, document in _documents(text):
        try:
            value = load(document)
        except YamlTextError as error:
            findings.append(Finding(f"renders to something that is not YAML: {error}", where=source))
            continue
        if value is None:
            continue
        for item in _items(value):
            found = list(_structure(item, source))
            findings += found
            if not found:
                objects.append(cast("Mapping[str, Any]", item))
    return Rendered(tuple(objects), (*findings, *_twice(objects)))


def images(objects: Sequence[Mapping[str, Any]]) -> list[str]:
    """Images of all containers, sorted."""
    return sorted({image for item in objects for image in _images(item)})


def kinds(objects: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Kinds that objects define, as group/version/kind."""
    return frozenset(
        kind for item in objects if item["kind"] == "CustomResourceDefinition" for kind in defined_kinds(item)
    )


def undefined(objects: Sequence[Mapping[str, Any]], known: frozenset[str]) -> Iterator[Finding]:
    """Objects of kinds that nothing defines that is there before them."""
    told: set[str] = set()
    for item in objects:
        api, kind = str(item["apiVersion"]), str(item["kind"])
        group = api.partition("/")[0] if "/" in api else ""
        full = f"{api}/{kind}"
        if _BUILT_IN.fullmatch(group) or full in known or full in told:
            continue
        told.add(full)
        yield Finding(
            f"makes objects of the kind {full}, and nothing that it waits for defines that kind",
            "let it need what brings the definition, or switch the part off that makes them",
            label(item),
        )


def label(item: Mapping[str, Any]) -> str:
    """Kind, namespace and name of an object."""
    metadata = cast("Mapping[str, Any]", item.get("metadata") or {})
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{item.get('kind')} {place}{metadata.get('name')}"


def _documents(text: str) -> Iterator[tuple[str, str]]:
    """The documents, each with the template that it comes from."""
    source = ""
    for document in re.split(r"^---[ \t]*$", text, flags=re.MULTILINE):
        match = re.search(r"^# Source: (\S+)", document, re.MULTILINE)
        source = match[1] if match else source
        yield source, document


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if mapping.get("kind") == "List" and isinstance(mapping.get("items"), list):
            yield from mapping["items"]
            return
    yield value


def _structure(item: Any, source: str) -> Iterator[Finding]:
    if not isinstance(item, Mapping):
        yield Finding("renders to something that is no object", "", source)
        return
    known = cast("Mapping[str, Any]", item)
    missing = [key for key in ("apiVersion", "kind") if not isinstance(known.get(key), str) or not known[key]]
    metadata: Any = known.get("metadata")
    meta = cast("Mapping[str, Any]", metadata) if isinstance(metadata, Mapping) else dict[str, Any]()
    name: Any = meta.get("name")
    if not isinstance(name, str) and not meta.get("generateName"):
        missing.append("metadata.name")
    if missing:
        yield Finding(f"renders to an object without {', '.join(missing)}", "", source)
        return
    rule = _RBAC_NAME if str(known["apiVersion"]).startswith("rbac.authorization.k8s.io/") else _NAME
    if isinstance(name, str) and (len(name) > 253 or not rule.fullmatch(name)):
        yield Finding(f'renders to a {known["kind"]} with the name "{name[:80]}", which Kubernetes refuses', "", source)
    for field_name in ("labels", "annotations"):
        given: Any = meta.get(field_name)
        if given is not None and not isinstance(given, Mapping):
            yield Finding(f"renders to a {known['kind']} whose metadata.{field_name} is no map", "", source)
            continue
        for key, value in cast("Mapping[str, Any]", given or dict[str, Any]()).items():
            if not isinstance(value, str):
                yield Finding(
                    f"renders to a {known['kind']} {name} whose {field_name[:-1]} {key} is no text",
                    "put the value in quotes",
                    source,
                )


def _twice(objects: Sequence[Mapping[str, Any]]) -> Iterator[Finding]:
    seen: set[tuple[str, ...]] = set()
    for item in objects:
        metadata = cast("Mapping[str, Any]", item["metadata"])
        if not metadata.get("name"):
            continue
        group = str(item["apiVersion"]).rpartition("/")[0]
        key = (group, str(item["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))
        if key in seen:
            yield Finding("is rendered twice", "one would overwrite the other", label(item))
        seen.add(key)


def _images(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        for name in ("containers", "initContainers", "ephemeralContainers"):
            for container in cast("Sequence[Any]", mapping.get(name) or ()):
                if isinstance(container, Mapping):
                    image = cast("Mapping[str, Any]", container).get("image")
                    if isinstance(image, str):
                        yield image
        for item in mapping.values():
            yield from _images(item)
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _images(item)
