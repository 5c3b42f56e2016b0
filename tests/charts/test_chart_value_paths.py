"""Which values a chart knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from homeport.charts.archive import Archive, ArchiveError, read_archive
from homeport.charts.value_paths import documented_paths, unknown_values
from tests.charts.toy_charts import CONFIG_MAP, VALUES, chart

TEMPLATES = {
    "config.yaml": CONFIG_MAP,
    "more.yaml": (
        "{{- with .Values.budget }}{{ .maxUnavailable }}{{ $x := .Values.hidden.switch }}{{- end }}\n"
        "{{ toYaml .Values.config | indent 2 }}\n{{- range $key, $value := .Values.listeners }}{{ end }}\n"
    ),
}
MORE = VALUES + (
    "config:\n  level: info\nlisteners:\n  web:\n    port: 80\nresources:\n  limits:\n    cpu: 1\n"
    "extra: null\nfree: {}\nlist: []\n"
)


def archive(tmp_path: Path, data: bytes) -> Archive:
    file = tmp_path / "toy.tgz"
    file.write_bytes(data)
    return read_archive(file)


def unknown(tmp_path: Path, given: dict[str, Any], **more: Any) -> list[str]:
    made: dict[str, Any] = {"values": MORE, "templates": TEMPLATES, **more}
    return [finding.text() for finding in unknown_values(given, archive(tmp_path, chart(**made)))]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"sise": 1}, "sise: the chart toy knows no such value; write size"),
        ({"image": {"tagg": "x"}}, "image.tagg: the chart toy knows no such value; write image.tag"),
        (
            {"budget": {"minAvailble": 1}},
            "budget.minAvailble: the chart toy knows no such value; write budget.minAvailable",
        ),
        (
            {"zzz": {"a": {"b": 1}}},
            "zzz: the chart toy knows no such value; remove it, or look where the chart has moved it",
        ),
    ],
)
def test_a_value_that_the_chart_does_not_know_is_found_with_the_nearest(
    tmp_path: Path, values: dict[str, Any], said: str
) -> None:
    assert unknown(tmp_path, values) == [said]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"size": 1, "image": {"tag": "x"}}, id="a default"),
        pytest.param({"budget": {"minAvailable": 1}}, id="a comment at its place"),
        pytest.param({"budget": {"maxUnavailable": 1}}, id="a template, inside of with"),
        pytest.param({"hidden": {"switch": True}}, id="a template, by its whole path"),
        pytest.param({"nodeSelector": {"a/b": "c"}, "free": {"x": {"y": 1}}}, id="below an empty map"),
        pytest.param({"extra": {"x": {"y": 1}}}, id="below null"),
        pytest.param({"config": {"anything": {"goes": 1}}}, id="below a map that is written out whole"),
        pytest.param({"listeners": {"mine": {"port": 1}}}, id="below a map that is gone through"),
        pytest.param({"resources": {"limits": {"ephemeral-storage": "1Gi"}}}, id="below a field of Kubernetes"),
        pytest.param({"list": [{"a": 1}], "image": None}, id="lists and null"),
        pytest.param({"global": {"x": 1}}, id="global, where no chart says which there are"),
    ],
)
def test_a_value_that_the_chart_knows_is_left_alone(tmp_path: Path, values: dict[str, Any]) -> None:
    assert unknown(tmp_path, values) == []


def test_a_map_of_which_a_part_is_written_out_is_not_free(tmp_path: Path) -> None:
    values = "account:\n  create: true\n  notes: {}\n"
    templates = {"x.yaml": "{{ toYaml .Values.account.notes }}{{ with .Values.account }}{{ end }}"}
    assert unknown(tmp_path, {"account": {"notes": {"a": 1}}}, values=values, templates=templates) == []
    assert unknown(tmp_path, {"account": {"craete": True}}, values=values, templates=templates) == [
        "account.craete: the chart toy knows no such value; write account.create"
    ]


def test_a_comment_elsewhere_is_no_place(tmp_path: Path) -> None:
    assert len(unknown(tmp_path, {"minAvailable": 1})) == 1
    assert len(unknown(tmp_path, {"image": {"minAvailable": 1}})) == 1


def test_a_schema_knows_values_and_closes_maps(tmp_path: Path) -> None:
    schema: dict[str, Any] = {
        "$defs": {"door": {"anyOf": [{"properties": {"wide": {}}}, {"properties": {"tall": {}}}]}},
        "properties": {
            "door": {"$ref": "#/$defs/door"},
            "free": {"additionalProperties": False, "properties": {"a": {}}},
        },
    }
    files = {"values.schema.json": json.dumps(schema)}
    assert unknown(tmp_path, {"door": {"wide": 1, "tall": 2}, "free": {"a": 1}}, files=files) == []
    assert unknown(tmp_path, {"free": {"aa": 1}}, files=files) == [
        "free.aa: the chart toy knows no such value; write free.a"
    ]


SUB = {
    "charts/part/Chart.yaml": "apiVersion: v2\nname: part\nversion: 0.1.0\n",
    "charts/part/values.yaml": "door:\n  open: false\nglobal:\n  registry: ''\n",
    "charts/part/templates/x.yaml": "{{ .Values.door.open }}",
}
NEEDS = (
    "dependencies:\n- {name: part, version: 0.1.0, condition: part.enabled}\n"
    "- {name: part, version: 0.1.0, alias: other, tags: [doors]}\n"
)


def test_sub_charts_know_their_own_values_also_under_an_alias(tmp_path: Path) -> None:
    good = {
        "part": {"enabled": True, "door": {"open": True}},
        "other": {"door": {"open": True}},
        "tags": {"doors": True},
    }
    assert unknown(tmp_path, good, files=SUB, about=NEEDS) == []
    bad = {"part": {"door": {"opne": True}}, "other": {"dor": 1}, "prat": {}}
    assert unknown(tmp_path, bad, files=SUB, about=NEEDS) == [
        "part.door.opne: the chart part knows no such value; write door.open",
        "other.dor: the chart part knows no such value; write door",
        "prat: the chart toy knows no such value; write part",
    ]


def test_a_parent_may_give_its_sub_chart_values_that_it_alone_names(tmp_path: Path) -> None:
    values = MORE + "part:\n  own: 1\n"
    assert unknown(tmp_path, {"part": {"own": 2}}, files=SUB, about=NEEDS, values=values) == []


def test_global_values_are_those_of_any_of_the_charts(tmp_path: Path) -> None:
    assert unknown(tmp_path, {"global": {"registry": "x"}}, files=SUB, about=NEEDS) == []
    assert unknown(tmp_path, {"global": {"regstry": "x"}}, files=SUB, about=NEEDS) == [
        "global.regstry: no chart of toy knows such a value; remove it"
    ]


def test_paths_are_found_in_comments_at_the_depth_that_they_would_have() -> None:
    text = "a:\n  b: 1\n  # c:\n  #   d: 1\n  ## e: prose\n# f: 2\ng:\n  - h: 1\n    i: 2\n'j/k': 1\n"
    assert set(documented_paths(text)) == {
        ("a",),
        ("a", "b"),
        ("a", "c"),
        ("a", "c", "d"),
        ("a", "e"),
        ("f",),
        ("g",),
        ("g", "h"),
        ("g", "i"),
        ("j/k",),
    }


def test_a_chart_is_read_with_all_its_parts(tmp_path: Path) -> None:
    nested = {"crds/x.yaml": "kind: x", **SUB}
    found = archive(tmp_path, chart(files=nested, about=NEEDS + "kubeVersion: '>=1.30.0-0'\n"))
    assert (found.name, found.version, found.app_version, found.kube_version) == ("toy", "1.2.3", "4.5", ">=1.30.0-0")
    assert found.definitions
    assert set(found.parts) == {"part", "other"}
    assert found.values["image"] == {"registry": "registry.acme.example", "repository": "toy/toy", "tag": "1.2.3"}
    folder = tmp_path / "folder"
    (folder / "templates").mkdir(parents=True)
    (folder / "Chart.yaml").write_text("name: x\nversion: 1.0.0\n")
    assert read_archive(folder).name == "x"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"not a tar", "is no chart: "),
        (chart(files={"Chart.yaml": "a: [\n"}), r"is no chart: Chart\.yaml: .*line"),
        (chart(files={"values.yaml": "a: {"}), r"is no chart: values\.yaml: "),
        (chart(files={"values.schema.json": "{"}), r"is no chart: values\.schema\.json is not JSON"),
        (chart(name=".")[:100], "is no chart: "),
    ],
    # What is packed holds the time, and two processes would call the same test differently.
    ids=["no archive", "no Chart.yaml", "no values", "no schema", "cut off"],
)
def test_what_is_no_chart_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    with pytest.raises(ArchiveError, match=why):
        archive(tmp_path, data)
    with pytest.raises(ArchiveError, match="cannot be read"):
        read_archive(tmp_path / "nothing.tgz")


def test_a_map_whose_name_has_a_dot_and_that_a_template_goes_through_takes_any_key(tmp_path: Path) -> None:
    template = '{{ range $section, $keys := index .Values "toy.ini" }}[{{ $section }}]{{ end }}\n'
    made: dict[str, Any] = {"values": MORE + "toy.ini:\n  log:\n    mode: console\n"}
    given = {"toy.ini": {"security": {"cookie_secure": True}}}
    assert unknown(tmp_path, given, templates={**TEMPLATES, "ini.yaml": template}, **made) == []
    assert unknown(tmp_path, given, **made) == [
        "toy.ini.security: the chart toy knows no such value; remove it, or look where the chart has moved it"
    ]
