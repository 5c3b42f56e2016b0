"""`KustomizeAppArgs`: an application that is a Kustomize tree already.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, cast

from pydantic import Field

from homeport.model import Model
from homeport.problems import Problem
from homeport.workloads.args import ImageDigest, ImageName, ImageTag
from homeport.workloads.foreign import ForeignArgs

_CONTAINERS: Final = ("containers", "initContainers")


class ImageOverride(Model):
    """Another image than the tree names. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/images/."""

    name: ImageName | None = None
    """Another name, without tag; default: as in the tree."""
    tag: ImageTag | None = None
    """Tag."""
    digest: ImageDigest | None = None
    """Digest; instead of a tag, as Kustomize has it."""

    def check(self) -> Iterator[Problem]:
        """Something is overridden, by a tag or a digest."""
        if self.tag is not None and self.digest is not None:
            yield Problem(("tag",), "an image has a tag or a digest here, not both", "remove one of them", self.tag)
        if self.name is None and self.tag is None and self.digest is None:
            yield Problem((), "overrides nothing", "set name, tag or digest")


class KustomizeAppArgs(ForeignArgs):
    """An overlay of a Kustomize tree as it is, applied for a tenant."""

    kind: Literal["kustomize-app"] = "kustomize-app"
    """Always kustomize-app."""
    path: Annotated[str, Field(pattern=r"^(\./)?[A-Za-z0-9][A-Za-z0-9._/{}-]*$")]
    """Folder with the kustomization, from the project's root; {environment} stands for the stack's environment, as in
    apps/feedback/overlays/{environment}."""
    images: dict[str, ImageOverride] = Field(default_factory=dict)
    """Image name as in the tree to what stands in for it."""
    owns_cloud_objects: bool = False
    """Whether it claims volumes or asks for load balancers: it is deleted for real then, when its cluster goes."""

    def check(self) -> Iterator[Problem]:
        """The folder lies in the project."""
        yield from super().check()
        if ".." in self.path.split("/"):
            yield Problem(("path",), "must lie in the project", "for example apps/feedback/overlays/stage", self.path)
        if re.search(r"{(?!environment})|(?<!{environment)}", self.path):
            yield Problem(("path",), "knows one variable: {environment}", "write {environment}, or the name", self.path)


def directory(args: KustomizeAppArgs, environment: str) -> str:
    """The folder for an environment."""
    return f"./{args.path.removeprefix('./').replace('{environment}', environment)}"


def with_images(document: Mapping[str, Any], images: Mapping[str, ImageOverride]) -> dict[str, Any]:
    """The same object with other images in its pods, wherever its kind keeps them."""
    return {key: _laid_over(value, key, images) for key, value in document.items()}


def image_with(image: str, images: Mapping[str, ImageOverride]) -> str:
    """An image's name with what stands in for it."""
    name, tag, digest = _parts(image)
    override = images.get(name)
    if override is None:
        return image
    if override.digest is not None:
        return f"{override.name or name}@{override.digest}"
    if override.tag is not None:
        return f"{override.name or name}:{override.tag}"
    return f"{override.name or name}{f':{tag}' if tag else ''}{f'@{digest}' if digest else ''}"


def _laid_over(value: Any, key: str, images: Mapping[str, ImageOverride]) -> Any:
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        return {name: _laid_over(item, name, images) for name, item in mapping.items()}
    if isinstance(value, list | tuple):
        items = [_laid_over(item, "", images) for item in cast("Sequence[Any]", value)]
        return [_container(item, images) for item in items] if key in _CONTAINERS else items
    return value


def _container(item: Any, images: Mapping[str, ImageOverride]) -> Any:
    if not isinstance(item, Mapping):
        return item
    container = cast("Mapping[str, Any]", item)
    image = container.get("image")
    return {**container, "image": image_with(image, images)} if isinstance(image, str) else container


def _parts(image: str) -> tuple[str, str, str]:
    name, _, digest = image.partition("@")
    head, slash, last = name.rpartition("/")
    last, _, tag = last.partition(":")
    return f"{head}{slash}{last}", tag, digest
