"""Which values a chart does not know: Helm ignores them in silence, so that a misspelt one does nothing.

A chart knows a value that stands in its values.yaml, in a comment of it at that place, in its schema, or in a template.
Where a chart takes a map as it is (annotations, resources, a pod's security context), any key below it is known: such a
map is empty by default, or null, or is written out whole by a template, or has the name of a Kubernetes field.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from homeport.charts.archive import Archive
from homeport.charts.finding import Finding

Path = tuple[str, ...]

#: Fields of Kubernetes objects that charts hand on as they are.
#: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/
_HANDED_ON: Final = re.compile(
    r"((pod|container|deployment|service|ingress|common|extra|additional)?(annotations|labels)|.*(Annotations|Labels)"
    r"|.*[sS]ecurityContext|resources|limits|requests|.*[aA]ffinity|nodeSelector|matchLabels|.*[sS]elector|tolerations"
    r"|.*Strategy|rollingUpdate|.*Probe|httpGet|env|extraEnv|extraArgs|data|dnsConfig|volumeClaimTemplate|spec|emptyDir"
    r"|affinity|capabilities|seccompProfile|.*[sS]ecretKeyRef)"
)
#: Functions by which templates write a value out with everything below it.
_WHOLE: Final = "toYaml|toYamlPretty|toJson|toPrettyJson|mergeOverwrite|merge|deepCopy|omit"
_KEY_LINE: Final = re.compile(
    r"""(?P<indent> *)(?:- )?(?P<quote>["']?)(?P<key>[A-Za-z0-9_][\w./-]*)(?P=quote):(?: |$)"""
)


def unknown_values(values: Mapping[str, Any], chart: Archive) -> list[Finding]:
    """Values that a chart does not know, with the nearest that it does."""
    return list(_unknown(values, _Known(chart), (), chart.name))


def _unknown(values: Mapping[str, Any], known: _Known, prefix: Path, label: str) -> Iterator[Finding]:
    for key, value in values.items():
        path = (*prefix, key)
        part = known.chart.parts.get(key) if not prefix else None
        if not prefix and key == "global":
            yield from _unknown_global(value, known, label)
        elif part is not None:
            if isinstance(value, Mapping):
                switches = {path for path in known.chart.conditions if path.startswith(f"{key}.")}
                merged = _Known(part, known.defaults_at((key,)), frozenset(path[len(key) + 1 :] for path in switches))
                for found in _unknown(cast("Mapping[str, Any]", value), merged, (), part.name):
                    yield Finding(found.rule, found.fix, f"{key}.{found.where}")
        elif not known.has(path):
            near = difflib.get_close_matches(key, known.keys_below(prefix), n=1)
            yield Finding(
                f"the chart {label} knows no such value",
                f"write {'.'.join((*prefix, near[0]))}" if near else "remove it, or look where the chart has moved it",
                ".".join(path),
            )
        elif isinstance(value, Mapping) and not known.is_free(path):
            yield from _unknown(cast("Mapping[str, Any]", value), known, path, label)


def _unknown_global(value: Any, known: _Known, label: str) -> Iterator[Finding]:
    """Values for all sub-charts: known if any chart knows them, or where no chart says which there are."""
    if not isinstance(value, Mapping):
        return
    charts = [known, *(_Known(part) for part in _all_parts(known.chart))]
    if not any(chart.defaults_at(("global",)) for chart in charts):
        return
    for key in cast("Mapping[str, Any]", value):
        if not any(chart.has(("global", key)) for chart in charts):
            yield Finding(f"no chart of {label} knows such a value", "remove it", f"global.{key}")


def _all_parts(chart: Archive) -> Iterator[Archive]:
    for part in chart.parts.values():
        yield part
        yield from _all_parts(part)


@dataclass(slots=True)
class _Known:
    """What a chart knows.

    Attributes:
        chart: the chart.
        over: what a parent chart lays over its default values.
        switches: values by which a parent chart switches it on.
    """

    chart: Archive
    over: Any = None
    switches: frozenset[str] = frozenset()
    _documented: frozenset[Path] | None = None

    def has(self, path: Path) -> bool:
        """Whether a value has a place in the chart; its parent has."""
        below = self.defaults_at(path[:-1])
        if isinstance(below, Mapping) and path[-1] in below:
            return True
        over = _at(self.over, path[:-1])
        if isinstance(over, Mapping) and path[-1] in over:
            return True
        dotted = ".".join(path)
        return (
            any(f"{switch}.".startswith(f"{dotted}.") for switch in {*self.chart.conditions, *self.switches})
            or self._in_schema(path)
            or path in self._comments()
            or self._in_templates(path)
        )

    def is_free(self, path: Path) -> bool:
        """Whether any key may stand below a value."""
        default = self.defaults_at(path)
        if _HANDED_ON.fullmatch(path[-1]) or self._written_out(path):
            return True
        if isinstance(default, Mapping) and default:
            return False
        return (self._schema_at(path) or {}).get("additionalProperties") is not False

    def defaults_at(self, path: Path) -> Any:
        """The default value at a path; None where there is none."""
        return _at(self.chart.values, path)

    def keys_below(self, path: Path) -> list[str]:
        """The keys that are known below a path."""
        below = self.defaults_at(path)
        own = [str(key) for key in cast("Mapping[str, Any]", below)] if isinstance(below, Mapping) else []
        schema = self._schema_at(path) or {}
        documented = [known[-1] for known in self._comments() if known[:-1] == path]
        parts = list(self.chart.parts) if not path else []
        return sorted({*own, *schema.get("properties", {}), *documented, *parts})

    def _comments(self) -> frozenset[Path]:
        if self._documented is None:
            self._documented = frozenset(documented_paths(self.chart.values_text))
        return self._documented

    def _schema_at(self, path: Path) -> Mapping[str, Any] | None:
        schema: Any = self.chart.schema
        for key in path:
            schema = _resolved(schema, self.chart.schema)
            properties: Any = (
                cast("Mapping[str, Any]", schema).get("properties") if isinstance(schema, Mapping) else None
            )
            schema = cast("Mapping[str, Any]", properties).get(key) if isinstance(properties, Mapping) else None
        found = _resolved(schema, self.chart.schema)
        return cast("Mapping[str, Any]", found) if isinstance(found, Mapping) else None

    def _in_schema(self, path: Path) -> bool:
        return self._schema_at(path) is not None

    def _in_templates(self, path: Path) -> bool:
        """Whether a template reads it: by its whole path, or by its last two names, as inside of `with`."""
        names = [re.escape(key) for key in path]
        whole, last = r"\.Values\." + r"\.".join(names) + r"\b", names.pop()
        if not names:
            return any(re.search(whole, text) for text in self.chart.templates)
        tail = rf"\.{names[-1]}\.{last}\b"
        within = r"with\s+[$\w.]*\." + r"\.".join(names) + r"\b"
        return any(
            re.search(rf"{whole}|{tail}", text) or (re.search(within, text) and re.search(rf"[\s(]\.{last}\b", text))
            for text in self.chart.templates
        )

    def _written_out(self, path: Path) -> bool:
        """Whether a template writes a map out whole, or goes through its keys."""
        # Not `.serviceAccount` in `.serviceAccount.annotations`.
        whole = r"[$\w.]*\." + r"\.".join(map(re.escape, path)) + r"(?![\w.])"
        # How templates name a key that holds a dot: grafana.ini.
        quoted = r"\(?\s*index\s+\$?\.Values\s+" + r"\s+".join(f'"{re.escape(key)}"' for key in path) + r"\s*\)?"
        whole = rf"({whole}|{quoted})"
        patterns = (
            rf"({_WHOLE})\s+\(*\s*{whole}",
            rf"{whole}\s*\)*\s*\|\s*({_WHOLE})\b",
            rf"with\s+{whole}\s*-?}}}}([^{{]|\n)*{{{{-?\s*(tpl \()?({_WHOLE})\s+\.\s",
            rf"range\s+\$\w+\s*,\s*\$\w+\s*:=\s*{whole}",
        )
        return any(re.search(pattern, text) for pattern in patterns for text in self.chart.templates)


def _resolved(schema: Any, root: Any) -> Any:
    """A schema with its reference followed, and with what its alternatives know together."""
    for _ in range(8):
        if not isinstance(schema, Mapping):
            return schema
        known = cast("Mapping[str, Any]", schema)
        if isinstance(known.get("$ref"), str) and known["$ref"].startswith("#/"):
            schema = _at(root, tuple(known["$ref"][2:].split("/")))
            continue
        together: dict[str, Any] = {}
        for word in ("allOf", "anyOf", "oneOf"):
            for item in cast("Sequence[Any]", known.get(word) or ()):
                inner = _resolved(item, root)
                if isinstance(inner, Mapping):
                    together |= cast("Mapping[str, Any]", inner).get("properties") or {}
        own = cast("Mapping[str, Any]", known.get("properties") or {})
        return {**known, "properties": {**together, **own}} if together else known
    return schema


def documented_paths(text: str) -> Iterator[Path]:
    """Paths of the keys that stand in a values.yaml, in comments too: charts show options there that have no default.

    A commented key is at the depth that it would have without the `# `.
    """
    above: list[tuple[int, str]] = []
    for line in text.splitlines():
        stripped = line.lstrip(" ")
        bare = line
        if stripped.startswith("#"):
            comment = stripped.lstrip("#")
            bare = " " * (len(line) - len(stripped)) + comment.removeprefix(" ")
        match = _KEY_LINE.match(bare)
        if match is None:
            continue
        depth = len(match["indent"]) + (2 if bare.lstrip(" ").startswith("- ") else 0)
        while above and above[-1][0] >= depth:
            above.pop()
        above.append((depth, match["key"]))
        yield tuple(key for _, key in above)


def _at(value: Any, path: Path) -> Any:
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = cast("Mapping[str, Any]", value).get(key)
    return value
