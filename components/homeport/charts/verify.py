"""Renders every release of a plan with its values and says what is wrong with it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from homeport.charts.archive import Archive
from homeport.charts.fetch import Charts, Fetched, FetchError
from homeport.charts.finding import Finding
from homeport.charts.helm import HelmError
from homeport.charts.manifests import images, kinds, parse, undefined
from homeport.charts.post_render import definitions_alone
from homeport.charts.releases import LATER, ReleaseCall, definitions_in, kubernetes_version, release_calls
from homeport.charts.value_paths import unknown_values
from homeport.plan.graph import Graph


@dataclass(frozen=True, slots=True)
class Checked:
    """One release of one stack.

    Attributes:
        stack: of which.
        call: what the program asks of Helm.
        kubernetes: version for which it was rendered.
        findings: what is wrong.
        notes: what is no mistake and good to know.
        images: of its containers.
        fetched: its chart; None where it cannot be had.
        unreachable: whether its chart cannot be had for a reason outside of the settings.
    """

    stack: str
    call: ReleaseCall
    kubernetes: str
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    fetched: Fetched | None = field(default=None, repr=False)
    unreachable: bool = False

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "stack": self.stack,
            "release": self.call.release,
            "namespace": self.call.namespace,
            "chart": self.call.chart,
            "version": self.call.version or (self.fetched.archive.version if self.fetched else None),
            "repository": self.call.repository,
            "kubernetes": self.kubernetes,
            "problems": [finding.as_json() for finding in self.findings],
            "notes": list(self.notes),
            "images": list(self.images),
            "unreachable": self.unreachable,
        }


@dataclass(slots=True)
class Verification:
    """Checks stacks; the same chart with the same values is rendered once.

    Attributes:
        charts: where charts come from.
        kubernetes: version to render for, where a stack does not fix one.
        image_registry: where all images of add-ons must come from; None where anywhere will do.
        conform: judges a rendered text by the schemas of its kinds; None where nobody has any.
    """

    charts: Charts
    kubernetes: str
    image_registry: str | None = None
    conform: Callable[[str], list[Finding]] | None = None
    _fetched: dict[tuple[Any, ...], Fetched | FetchError] = field(default_factory=dict[tuple[Any, ...], Any])
    _rendered: dict[str, Any] = field(default_factory=dict[str, Any])

    def stack(self, name: str, graph: Graph, *, progress: Callable[[str], None] = lambda _: None) -> Iterator[Checked]:
        """Check the releases of a stack's plan, each after those that it waits for.

        Args:
            name: of the stack.
            graph: its plan.
            progress: told what happens next.
        """
        kubernetes = kubernetes_version(graph) or self.kubernetes
        ours = [kind for item in graph.resources for kind in definitions_in(item)]
        existing = not any(item.type in _CLUSTERS for item in graph.resources)
        defines: dict[str, frozenset[str]] = {}
        calls = release_calls(graph)
        for call in sorted(calls, key=lambda item: (len(item.after), item.name)):
            progress(f"{name}: {call.label}")
            known = call.definitions.union(*(defines.get(other, frozenset()) for other in call.after))
            if not existing:
                # What the cloud's cluster defines is there as soon as anything can be installed.
                known |= {kind for kind in ours if kind in _from_cluster(graph)}
            checked, made = self._call(name, call, kubernetes, known, existing=existing)
            defines[call.name] = made
            yield checked

    def _call(
        self, stack: str, call: ReleaseCall, kubernetes: str, known: frozenset[str], *, existing: bool
    ) -> tuple[Checked, frozenset[str]]:
        checked = Checked(stack, call, kubernetes)
        secrets = tuple(
            Finding(
                "holds a secret, which Helm keeps readably in the cluster",
                "hand the chart the name of a Secret instead",
                f"values.{path}",
            )
            for path in call.secrets
        )
        fetched = self._fetch(call)
        if isinstance(fetched, FetchError):
            findings = (*secrets, fetched.finding)
            return replace(checked, findings=findings, unreachable=fetched.unreachable), frozenset()
        unknown = tuple(
            replace(finding, where=f"values.{finding.where}")
            for finding in unknown_values(call.values, fetched.archive)
        )
        checked = replace(checked, fetched=fetched, findings=(*secrets, *unknown))
        try:
            text = self._render(call, fetched, kubernetes, known)
        except HelmError as error:
            said = error.text.replace(str(fetched.path), fetched.path.name)
            return replace(checked, findings=(*checked.findings, Finding(f"does not render: {said}"))), frozenset()
        if call.crds_alone:
            text = definitions_alone(text)
        rendered = parse(text)
        own = kinds(rendered.objects)
        findings = [*checked.findings, *rendered.findings]
        if call.crds_alone and not own:
            findings.append(Finding("defines no kind", "the chart has moved its definitions: see its own notes"))
        if not existing:
            findings += undefined(rendered.objects, known | own)
        findings += self.conform(text) if self.conform is not None else ()
        found = tuple(images(rendered.objects))
        findings += self._elsewhere(found) if call.addon else ()
        return replace(
            checked, findings=tuple(findings), notes=tuple(_notes(call, fetched.archive)), images=found
        ), known | own

    def _elsewhere(self, found: tuple[str, ...]) -> Iterator[Finding]:
        if self.image_registry is None:
            return
        for image in found:
            if not image.startswith(f"{self.image_registry}/"):
                yield Finding(
                    f"takes the image {image} from elsewhere than {self.image_registry}",
                    "name its value among the chart's images, or override it under values",
                )

    def _fetch(self, call: ReleaseCall) -> Fetched | FetchError:
        key = (call.chart, call.version, call.repository)
        if key not in self._fetched:
            try:
                self._fetched[key] = self.charts.fetch(call)
            except FetchError as error:
                self._fetched[key] = error
        return self._fetched[key]

    def _render(self, call: ReleaseCall, fetched: Fetched, kubernetes: str, known: frozenset[str]) -> str:
        apis = {*known, *(kind.rpartition("/")[0] for kind in known)}
        values = fitted(call.values, fetched.archive.values)
        key = json.dumps(
            [str(fetched.path), call.release, call.namespace, values, kubernetes, sorted(apis), call.skip_crds],
            sort_keys=True,
        )
        if key not in self._rendered:
            with tempfile.TemporaryDirectory(prefix="homeport-charts-") as folder:
                file = Path(folder) / "values.json"
                file.write_text(json.dumps(values), encoding="utf-8")
                try:
                    self._rendered[key] = self.charts.helm.template(
                        fetched.path,
                        release=call.release,
                        namespace=call.namespace,
                        values=file,
                        kubernetes=kubernetes,
                        apis=apis,
                        skip_crds=call.skip_crds,
                    )
                except HelmError as error:
                    self._rendered[key] = error
        outcome = self._rendered[key]
        if isinstance(outcome, HelmError):
            raise outcome
        return str(outcome)


_CLUSTERS = frozenset({"gcp:container/cluster:Cluster", "eks:index:Cluster", "aws:eks/cluster:Cluster"})


def _from_cluster(graph: Graph) -> frozenset[str]:
    clusters = (item for item in graph.resources if item.type in {*_CLUSTERS, "aws:eks/addon:Addon"})
    return frozenset(kind for item in clusters for kind in definitions_in(item))


def fitted(values: Any, defaults: Any) -> Any:
    """Values with what only the cloud can say in the form of the chart's default: a map stays a map."""
    if values == LATER and isinstance(defaults, Mapping):
        return {}
    if values == LATER and isinstance(defaults, list):
        return []
    if isinstance(values, Mapping):
        below = cast("Mapping[str, Any]", defaults) if isinstance(defaults, Mapping) else dict[str, Any]()
        return {key: fitted(value, below.get(key)) for key, value in cast("Mapping[str, Any]", values).items()}
    return values


def _notes(call: ReleaseCall, archive: Archive) -> Iterator[str]:
    if archive.definitions and not call.skip_crds and not call.upgrades_crds:
        yield "its crds/ folder is installed once and never upgraded by Helm: see the upgrade path in the add-on's page"
