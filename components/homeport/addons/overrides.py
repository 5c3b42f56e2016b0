"""Chart values: ours, then images from elsewhere, then the operator's; and what an override puts at risk.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from homeport.addons.items import Chart, ImageValues
from homeport.kube.manifest import merged
from homeport.problems import Path, Problem

_ABSENT: Final = object()
#: Value keys that hold a secret itself; keys that name one end otherwise: existingSecret, passwordKey, secretName.
_HOLDS_SECRET: Final = re.compile(
    r"(^|_)(password|passwd|passphrase|token|credentials?|(private|api|access|secret|account)_?key|client_?secret)$"
)
_PRIVATE_KEY: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def chart_values(chart: Chart, overrides: Mapping[str, Any], image_registry: str | None) -> dict[str, Any]:
    """The values that a release gets.

    An override that is null stays null, for Helm to remove the chart's own default too.
    https://helm.sh/docs/chart_template_guide/values_files/#deleting-a-default-key

    Args:
        chart: with our values.
        overrides: the operator's, laid over them.
        image_registry: stands in for the registry of every image.
    """
    base = merged(chart.values, image_values(chart.images, image_registry)) if image_registry else dict(chart.values)
    return merged(base, overrides, keep_null=True)


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


def problems(overrides: Mapping[str, Any]) -> Iterator[Problem]:
    """Secrets among an operator's values; paths are relative to the add-on's section."""
    for path in secret_paths(overrides):
        yield Problem(
            ("values", *path),
            "a chart's values are no place for a secret: Helm keeps them in the cluster for everybody to read who may"
            " read Secrets there, and every plan shows them",
            "put it into homeport:secrets, make a Secret of it (GivenSecret, or an application's own), and hand the"
            " chart the Secret's name: most charts call that value existingSecret",
        )


def secret_paths(values: Any, prefix: Path = ()) -> Iterator[Path]:
    """Where values most likely hold a secret in clear, as text under a telling name or as a private key."""
    if isinstance(values, Mapping):
        mapping = cast("Mapping[str, Any]", values)
        told = mapping.get("name")
        for key, value in mapping.items():
            # {name: DB_PASSWORD, value: ...}: how charts take environment variables.
            name = told if key == "value" and isinstance(told, str) else key
            if isinstance(value, str) and _is_secret(str(name), value):
                yield (*prefix, key)
            else:
                yield from secret_paths(value, (*prefix, key))
    elif isinstance(values, list | tuple):
        for index, item in enumerate(cast("Sequence[Any]", values)):
            yield from secret_paths(item, (*prefix, index))


def _is_secret(name: str, value: str) -> bool:
    if _PRIVATE_KEY.search(value):
        return True
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").replace(".", "_").lower()
    return bool(value.strip()) and bool(_HOLDS_SECRET.search(snake))


def nested(path: str, value: Any) -> dict[str, Any]:
    """`nested("a.b", 1)` is `{"a": {"b": 1}}`."""
    for key in reversed(keys_of(path)):
        value = {key: value}
    return value


def at(values: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path; a marker that equals only itself where there is none."""
    here: Any = values
    for key in keys_of(path):
        if not isinstance(here, Mapping) or key not in here:
            return _ABSENT
        here = cast("Mapping[str, Any]", here)[key]
    return here


def keys_of(path: str) -> list[str]:
    """The keys of a dotted path; a dot inside of a key is written with a backslash, as on Helm's command line."""
    return [key.replace("\\.", ".") for key in re.split(r"(?<!\\)\.", path)]
