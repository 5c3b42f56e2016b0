"""The pinned charts of `versions.yaml`, and where each is taken from.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Annotated

from pydantic import Field, TypeAdapter
from ruamel.yaml import YAML

from homeport.addons.args import ChartsArgs, ChartVersion
from homeport.model import Model

_MINOR = r"^1\.[0-9]{2}$"


class Pin(Model):
    """One chart at one version."""

    repository: Annotated[str, Field(pattern=r"^(https|oci)://\S+[^/]$")]
    """Where it is published."""
    chart: str
    """Its name there."""
    version: ChartVersion
    """Chart version, exact."""
    app_version: str
    """Version of what it runs."""
    kubernetes: Annotated[list[Annotated[str, Field(pattern=_MINOR)]], Field(min_length=2, max_length=2)]
    """First and last minor version of Kubernetes that it serves."""
    source: Annotated[str, Field(pattern=r"^https://\S+$")]
    """The page that says so."""
    date: Annotated[str, Field(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]
    """When it came out."""

    def serves(self, kubernetes: str) -> bool:
        """Whether it serves a minor version."""
        first, last = (_minor(version) for version in self.kubernetes)
        return first <= _minor(kubernetes) <= last


@dataclass(frozen=True, slots=True)
class ChartLocation:
    """What a Helm release is told.

    Attributes:
        chart: name, path or OCI address.
        version: exact; None for a file, which is one version.
        repository: where the name is looked up; None for a file or an OCI address.
    """

    chart: str
    version: str | None
    repository: str | None


@functools.cache
def pins() -> Mapping[str, Pin]:
    """Every pinned chart by its name in `versions.yaml`."""
    text = resources.files("homeport.addons").joinpath("versions.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, Pin]).validate_python(YAML(typ="safe", pure=True).load(text))


def pin_at(name: str, version: str | None) -> Pin:
    """A pin by its name in `versions.yaml`, at the version that an operator chose, if one did."""
    own = pins()[name]
    return own.model_copy(update={"version": version}) if version else own


def pin_of(pin: str | Pin) -> Pin:
    """A pin by its name in `versions.yaml`; a pin of an add-on's own is itself.

    Raises:
        LookupError: there is no such name.
    """
    if isinstance(pin, Pin):
        return pin
    if pin not in pins():
        raise LookupError(f"no chart {pin} is pinned in versions.yaml; an add-on of your own hands a Pin to its Chart")
    return pins()[pin]


def locate(pin: Pin, charts: ChartsArgs, version: str | None = None) -> ChartLocation:
    """Where a chart is taken from.

    Args:
        pin: the chart.
        charts: a folder or mirror that stands in for every repository.
        version: another than the pinned one.
    """
    return located(charts.source or pin.repository, pin.chart, version or pin.version)


def located(source: str, chart: str, version: str) -> ChartLocation:
    """Where a chart is taken from.

    Args:
        source: a repository or mirror, https:// or oci://, or a folder.
        chart: its name there.
        version: exact.
    """
    if source.startswith("oci://"):
        return ChartLocation(f"{source}/{chart}", version, None)
    if "://" in source:
        return ChartLocation(chart, version, source)
    return ChartLocation(f"{source}/{chart}-{version}.tgz", None, None)


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)
