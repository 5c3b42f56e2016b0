"""What a stack file may vary of an application: the section `apps.<name>`, laid over the spec of the program.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import Field

from homeport.addons.args import ChartVersion
from homeport.kube.manifest import merged
from homeport.model import In, Model
from homeport.problems import Problem
from homeport.values import DnsLabel, DnsName, Quantity
from homeport.workloads.args import EnvName, FromSecret, ImageDigest, ImageTag, StackSecret
from homeport.workloads.kustomize_app import ImageOverride, KustomizeAppArgs
from homeport.workloads.scaling import Autoscale
from homeport.workloads.schedule import Schedule
from homeport.workloads.specs import AppSpec, AppSpecs, kind_of


class ResourcesOverlay(Model):
    """Other room than the spec's; what is left out stays."""

    cpu: Quantity | None = None
    """Reserved CPU."""
    memory: Quantity | None = None
    """Reserved memory."""
    memory_limit: Quantity | None = None
    """Limit of memory."""
    cpu_limit: Quantity | None = None
    """Limit of CPU."""
    disk: Quantity | None = None
    """Reserved ephemeral disk."""
    disk_limit: Quantity | None = None
    """Limit of ephemeral disk."""


class AppOverlay(Model):
    """An application in this stack. That it is named deploys it; everything else stands in the program."""

    enabled: bool = True
    """Off: it is taken down, and its settings stay."""
    tag: ImageTag | None = None
    """Image tag; of a Kustomize tree, the tag of the one image that its spec names."""
    digest: ImageDigest | None = None
    """Image digest; wins over the tag."""
    replicas: Annotated[int, Field(ge=0)] | None = None
    """Number of pods, instead of the spec's number or autoscaler."""
    autoscale: Autoscale | None = None
    """An autoscaler, instead of the spec's number."""
    resources: ResourcesOverlay | None = None
    """Other room than the spec's."""
    env: dict[EnvName, In[str] | int | bool | FromSecret | StackSecret | None] = Field(default_factory=dict)
    """Variables added to or laid over the spec's; null removes one."""
    hosts: list[DnsName] | None = None
    """Public hosts, instead of the spec's."""
    schedule: Schedule | None = None
    """Schedule, instead of the spec's."""
    suspend: bool | None = None
    """Whether the schedule rests."""
    node_pool: DnsLabel | None = None
    """Pool whose nodes it runs on."""
    tolerates_spot: bool | None = None
    """Whether it may run on nodes that the cloud can take back."""
    version: ChartVersion | None = None
    """Version of a chart from a repository."""
    values: dict[str, Any] = Field(default_factory=dict)
    """Chart values laid over the spec's: maps merge, null removes, all else replaces."""
    images: dict[str, ImageOverride] = Field(default_factory=dict[str, ImageOverride])
    """Images of a Kustomize tree, laid over the spec's: name as in the tree to what stands in for it."""


def applied(spec: AppSpec, overlay: AppOverlay) -> AppSpec:
    """The spec with what the stack varies. Fields that the kind has not are left out: `overlay_problems` names them."""
    changes: dict[str, Any] = {}
    for name in _given(overlay):
        if name not in type(spec).model_fields:
            continue
        value = getattr(overlay, name)
        if isinstance(value, ResourcesOverlay):
            value = getattr(spec, name).model_copy(update=value.model_dump(exclude_none=True))
        elif name == "env":
            laid = {**getattr(spec, name), **value}
            value = {key: item for key, item in laid.items() if item is not None}
        elif name == "values":
            value = merged(getattr(spec, name), value)
        elif name == "images":
            value = _images(getattr(spec, name), value)
        changes[name] = value
    if isinstance(spec, KustomizeAppArgs) and len(spec.images) == 1 and _image_fields(overlay):
        # A tree has no tag of its own: it is the tag of its one image.
        build = ImageOverride(tag=overlay.tag if overlay.digest is None else None, digest=overlay.digest)
        changes["images"] = _images(changes.get("images", spec.images), dict.fromkeys(spec.images, build))
    if "replicas" in changes and "autoscale" not in changes:
        changes |= {"autoscale": None} if "autoscale" in type(spec).model_fields else {}
    if "autoscale" in changes and "replicas" not in changes:
        changes["replicas"] = None
    return spec.model_copy(update=changes)


def chosen(specs: AppSpecs, overlays: Mapping[str, AppOverlay]) -> dict[str, AppSpec]:
    """The applications that a stack deploys, by name; names that nobody knows are left out."""
    return {
        name: applied(specs[name], overlays[name])
        for name in sorted(overlays)
        if overlays[name].enabled and name in specs
    }


def overlay_problems(spec: AppSpec, overlay: AppOverlay) -> Iterator[Problem]:
    """Fields that the kind of application has not, or that have no effect; paths are relative to the overlay."""
    pinned = getattr(spec, "digest", None)
    if pinned is not None and overlay.tag is not None and overlay.digest is None:
        yield Problem(
            ("tag",),
            "has no effect: the program pins the image to a digest, which goes before any tag",
            "name the digest of that build too: digest: sha256:..., or remove the digest in the program",
            overlay.tag,
        )
    fields = set(type(spec).model_fields)
    if isinstance(spec, KustomizeAppArgs):
        if len(spec.images) == 1:
            fields |= {"tag", "digest"}
        for name in _image_fields(overlay):
            if name in fields:
                continue
            images = ", ".join(spec.images) or "none"
            yield Problem(
                (name,),
                f"is for trees of which the program names one image, and here it names {images}",
                f"name the image: images: {{IMAGE: {{{name}: ...}}}}",
            )
        fields |= {"tag", "digest"} & overlay.model_fields_set
    for name in _given(overlay):
        if name not in fields:
            known = ", ".join(field for field in AppOverlay.model_fields if field in fields)
            yield Problem(
                (name,), f"a {kind_of(spec)} has no {name}", f"remove it; what can vary of it: enabled, {known}"
            )


def _given(overlay: AppOverlay) -> list[str]:
    """Fields that the stack file gives a value to."""
    return [
        name
        for name in AppOverlay.model_fields
        if name != "enabled" and name in overlay.model_fields_set and getattr(overlay, name) is not None
    ]


def _image_fields(overlay: AppOverlay) -> list[str]:
    return [name for name in ("tag", "digest") if getattr(overlay, name) is not None]


def _images(under: Mapping[str, ImageOverride], over: Mapping[str, ImageOverride]) -> dict[str, ImageOverride]:
    """Overrides laid over each other: a name stays where only the build changes, and a build has one name."""
    out = dict(under)
    for image, laid in over.items():
        below = under.get(image, ImageOverride.model_construct())
        builds = laid.tag is not None or laid.digest is not None
        out[image] = ImageOverride(
            name=laid.name or below.name,
            tag=laid.tag if builds else below.tag,
            digest=laid.digest if builds else below.digest,
        )
    return out
