"""What every add-on's section has, and where charts come from.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from homeport.model import Model, rule_error

#: How much is installed, and how it is sized. minimal: one replica of what a cluster cannot do without. standard: two
#: or more of everything that serves requests, and monitoring.
Profile = Literal["minimal", "standard"]


def _version(value: str) -> str:
    if not re.fullmatch(r"v?[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?", value):
        raise rule_error("must be one exact chart version: a range would be another chart tomorrow", 'as "1.21.1"')
    return value


def _source(value: str) -> str:
    if value.startswith("http://") and not re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])[:/]", value):
        raise rule_error("must not be plain http: anybody on the way could change a chart", "use https:// or oci://")
    if "://" in value and not re.match(r"(https?|oci)://\S+$", value):
        raise rule_error("must be a folder, https://... or oci://...", "for example charts, or oci://registry/charts")
    return value.rstrip("/")


def _registry(value: str) -> str:
    if "://" in value or not re.fullmatch(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9._-]+)*", value):
        raise rule_error(
            "must be a registry's host and path, without a scheme", "for example registry.acme.example/hub"
        )
    return value


ChartVersion = Annotated[str, AfterValidator(_version)]


class AddonArgs(Model):
    """What every add-on's section has."""

    enabled: bool | None = None
    """Whether it is installed; default: as the profile says."""
    values: dict[str, Any] = Field(default_factory=dict)
    """Chart values laid over ours: maps merge, null removes a key, all else replaces. An override of a value that
    keeps the cluster safe is said aloud."""
    version: ChartVersion | None = None
    """Chart version; default: the pinned one, which is the one that the values were written for."""


class ChartsArgs(Model):
    """Where charts and their images come from: the section `charts` of a stack file."""

    source: Annotated[str, AfterValidator(_source)] | None = None
    """A folder (relative to the project) with NAME-VERSION.tgz, as `helm pull` leaves them, or a mirror, https:// or
    oci://, that has every chart under its own name. Default: each chart's own repository."""
    image_registry: Annotated[str, AfterValidator(_registry)] | None = None
    """Registry, with or without a path, that stands in for the one of every image; the rest of an image's name stays.
    Default: each image's own registry."""
