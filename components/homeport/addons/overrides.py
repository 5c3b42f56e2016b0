"""Chart values: ours, then images from elsewhere, then the operator's; and what an override puts at risk.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from homeport.addons.items import Chart, ImageValues
from homeport.kube.manifest import merged

_ABSENT: Final = object()


def chart_values(chart: Chart, overrides: Mapping[str, Any], image_registry: str | None) -> dict[str, Any]:
    """The values that a release gets.

    Args:
        chart: with our values.
        overrides: the operator's, laid over them.
        image_registry: stands in for the registry of every image.
    """
    base = merged(chart.values, image_values(chart.images, image_registry)) if image_registry else dict(chart.values)
    return merged(base, overrides)


def image_values(images: Sequence[ImageValues], registry: str) -> dict[str, Any]:
    """Values that take images from another registry; the rest of each name stays."""
    out: dict[str, Any] = {}
    for image in images:
        _, _, repository = image.default.partition("/")
        if image.registry is None:
            out = merged(out, nested(image.repository, f"{registry}/{repository}"))
        else:
            out = merged(out, nested(image.registry, registry))
    return out


def lost_safety(chart: Chart, overrides: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Value paths that keep a cluster safe and that an override changes, each with what is lost."""
    after = merged(chart.values, overrides)
    for path, loss in chart.safety.items():
        if at(after, path) != at(chart.values, path):
            yield path, loss


def nested(path: str, value: Any) -> dict[str, Any]:
    """`nested("a.b", 1)` is `{"a": {"b": 1}}`."""
    for key in reversed(path.split(".")):
        value = {key: value}
    return value


def at(values: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; a marker that equals only itself where there is none."""
    here: Any = values
    for key in path.split("."):
        if not isinstance(here, Mapping) or key not in here:
            return _ABSENT
        here = cast("Mapping[str, Any]", here)[key]
    return here
