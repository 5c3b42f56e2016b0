"""`HelmAppArgs`: an application that is a Helm chart already.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from homeport.addons.args import ChartsArgs, ChartVersion
from homeport.addons.overrides import at, nested
from homeport.addons.pins import ChartLocation, located
from homeport.kube.manifest import merged
from homeport.problems import Problem
from homeport.workloads.args import ImageDigest, ImageTag
from homeport.workloads.foreign import ForeignArgs


class HelmAppArgs(ForeignArgs):
    """A chart as it is, installed for a tenant."""

    kind: Literal["helm-app"] = "helm-app"
    """Always helm-app."""
    chart: Annotated[str, Field(pattern=r"^(\./)?[A-Za-z0-9][A-Za-z0-9._/-]*$")]
    """With a repository: the chart's name there. Without: a folder of the project, as apps/charts/dashboard."""
    repository: Annotated[str, Field(pattern=r"^(https|oci)://\S+[^/]$")] | None = None
    """Where it is published; default: the chart is a folder of this project."""
    version: ChartVersion | None = None
    """Chart version; needed with a repository."""
    values: dict[str, Any] = Field(default_factory=dict)
    """Chart values. Never the value of a secret, which Helm would store readably: name an existing Secret."""
    tag: ImageTag | None = None
    """Image tag, for charts with the usual values; see `tag_value`."""
    digest: ImageDigest | None = None
    """Image digest, set where `digest_value` says."""
    tag_value: str = "image.tag"
    """Value path of the image's tag."""
    digest_value: str = "image.digest"
    """Value path of the image's digest."""
    timeout: Annotated[int, Field(ge=30, le=3600)] = 600
    """Seconds that Helm waits for its pods."""
    skip_crds: bool = False
    """Leave out the chart's crds/ folder: definitions are the cluster's, not a tenant's."""
    owns_cloud_objects: bool = False
    """Whether it claims volumes or asks for load balancers: it is deleted for real then, when its cluster goes."""

    def check(self) -> Iterator[Problem]:
        """One exact chart; the tag in one place."""
        yield from super().check()
        if self.repository is not None and self.version is None:
            yield Problem(("version",), "a chart from a repository needs one exact version", 'for example "1.2.3"')
        if self.repository is None and self.version is not None:
            yield Problem(
                ("version",),
                "has no effect: a folder is one version",
                "remove it, or name the repository",
                self.version,
            )
        if ".." in self.chart.split("/"):
            yield Problem(("chart",), "must lie in the project", "for example apps/charts/dashboard", self.chart)
        for field, path in (("tag", self.tag_value), ("digest", self.digest_value)):
            if getattr(self, field) is not None and isinstance(at(self.values, path), str):
                yield Problem(("values",), f"sets {path}, which {field} sets too", f"remove it from values, or {field}")


def helm_values(args: HelmAppArgs) -> dict[str, Any]:
    """The values that the release gets."""
    values = dict(args.values)
    for path, value in ((args.tag_value, args.tag), (args.digest_value, args.digest)):
        if value is not None:
            values = merged(values, nested(path, value))
    return values


def chart_location(args: HelmAppArgs, charts: ChartsArgs) -> ChartLocation:
    """Where the chart is taken from; a mirror stands in for every repository, never for a folder of the project."""
    if args.repository is None:
        return ChartLocation(f"./{args.chart.removeprefix('./')}", None, None)
    assert args.version is not None  # noqa: S101 - `check` asks for it with a repository
    return located(charts.source or args.repository, args.chart, args.version)
