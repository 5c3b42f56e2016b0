"""`homeport plan` and `homeport graph`: exit codes, streams, errors in both forms."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from homeport.cli import main
from homeport.plan import command

PROGRAM = """\
import pulumi
import pulumi_kubernetes as k8s

kind = pulumi.get_stack()
if kind == "refused":
    raise pulumi.RunError("the settings are wrong: write a zone")
if kind == "settings":
    from homeport.problems import Problem, SettingsError

    try:
        raise SettingsError([Problem(("network", "cidr"), "must be a range", "write 10.0.0.0/16")])
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None
if kind == "broken":
    raise ValueError("no such thing")
group = pulumi.ComponentResource("shop:index:Group", "group")
k8s.core.v1.Namespace("apps", opts=pulumi.ResourceOptions(parent=group, protect=True))
k8s.core.v1.ConfigMap("web", data={"a": "b"}, opts=pulumi.ResourceOptions(depends_on=[group]))
pulumi.log.warn("mind the gap")
print("printed")
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n", encoding="utf-8")
    for stack in ("dev", "refused", "broken", "settings"):
        (tmp_path / f"Pulumi.{stack}.yaml").write_text("config: {}\n", encoding="utf-8")
    (tmp_path / "__main__.py").write_text(PROGRAM, encoding="utf-8")
    return tmp_path


def run(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--root", str(project)], prog_name="homeport")


def test_plan_draws_the_tree(project: Path) -> None:
    result = run(project, "plan", "-s", "dev")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:4] == [
        "shop / dev",
        "├── group  shop:index:Group  1 resource",
        "│   └── apps  kubernetes:core/v1:Namespace  [protect]",
        "└── web  kubernetes:core/v1:ConfigMap",
    ]
    assert "2 resources (kubernetes 2), 1 component, 0 providers" in result.stdout
    assert "mind the gap" in result.stderr
    assert "printed" not in result.stdout


def test_plan_filters_and_goes_into_detail(project: Path) -> None:
    result = run(project, "plan", "-s", "dev", "--type", "ConfigMap", "--name", "^web$", "-v")
    assert "data: {a: b}" in result.stdout
    assert "after: apps (kubernetes:core/v1:Namespace)" in result.stdout
    assert "group" not in result.stdout


def test_plan_json_is_one_document_and_nothing_else(project: Path) -> None:
    result = run(project, "plan", "-s", "dev", "--json")
    document = json.loads(result.stdout)
    assert document["format"] == 1
    assert [item["name"] for item in document["resources"]] == sorted(
        (item["name"] for item in document["resources"]),
        key=lambda name: next(item["urn"] for item in document["resources"] if item["name"] == name),
    )


def test_a_refusal_of_the_program_is_its_text_and_exit_code_1(project: Path) -> None:
    result = run(project, "plan", "-s", "refused")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "the settings are wrong: write a zone\n"


def test_an_exception_shows_where_the_program_failed(project: Path) -> None:
    result = run(project, "plan", "-s", "broken")
    assert result.exit_code == 1
    assert result.stderr.startswith("the program failed: ValueError: no such thing\n")
    assert "__main__.py" in result.stderr
    assert "homeport/plan" not in result.stderr


@pytest.mark.parametrize(("stack", "error"), [("refused", "write a zone"), ("broken", "ValueError"), ("none", "wrong")])
def test_errors_are_a_document_too(project: Path, stack: str, error: str) -> None:
    result = run(project, "plan", "-s", stack, "--json")
    assert result.exit_code == 1
    assert error in json.loads(result.stdout)["error"]


def test_wrong_settings_behind_a_refusal_are_listed_one_by_one_for_machines(project: Path) -> None:
    result = run(project, "plan", "-s", "settings", "--json")
    assert result.exit_code == 1
    assert [item["path"] for item in json.loads(result.stdout)["problems"]] == ["network.cidr"]
    assert "must be a range" in run(project, "plan", "-s", "settings").stderr


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colours_are_for_terminals_that_want_them(project: Path, variables: dict[str, str], coloured: bool) -> None:
    ours, theirs = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    try:
        subprocess.run(
            [sys.executable, "-m", "homeport", "plan", "-s", "dev", "--root", str(project)],
            env={
                **environment,
                "TERM": "xterm",
                "PYTHONPATH": str(Path(__file__).parents[2] / "components"),
                **variables,
            },
            stdout=theirs,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=True,
        )
        text = os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "shop / dev" in text
    assert ("\x1b[" in text) is coloured


def test_a_long_evaluation_says_so_on_a_terminal_and_cleans_up(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = Terminal()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setattr(command, "_PATIENCE_SECONDS", 0.0)
    with command._progress("evaluating stage ..."):
        while not shown.getvalue():
            time.sleep(0.001)
    assert shown.getvalue() == "evaluating stage ...\r                    \r"


@pytest.mark.parametrize("name", ["plan", "graph"])
def test_a_missing_stack_lists_those_that_exist(project: Path, name: str) -> None:
    result = run(project, name, "-s", "none")
    assert result.exit_code == 1
    assert "broken, dev, refused, settings" in result.stderr


def test_a_wrong_expression_is_an_error_of_the_command_line(project: Path) -> None:
    result = run(project, "plan", "-s", "dev", "--type", "(")
    assert result.exit_code == 2
    assert "no regular expression" in result.stderr


@pytest.mark.parametrize(("format_", "start"), [("mermaid", "flowchart LR"), ("dot", "digraph"), ("svg", "<?xml")])
def test_graph_writes_each_format(project: Path, tmp_path: Path, format_: str, start: str) -> None:
    printed = run(project, "graph", "-s", "dev", "--format", format_)
    assert printed.stdout.startswith(start)
    file = tmp_path / "out"
    written = run(project, "graph", "-s", "dev", "-f", format_, "-o", str(file))
    assert file.read_text(encoding="utf-8") == printed.stdout
    assert written.stdout == ""


def test_graph_draws_components_or_resources(project: Path) -> None:
    assert "shop:index:Group" in run(project, "graph", "-s", "dev").stdout
    resources = run(project, "graph", "-s", "dev", "--resources").stdout
    assert "Namespace" in resources
    assert "shop:index:Group" not in resources


def test_a_file_that_cannot_be_written_is_said(project: Path) -> None:
    result = run(project, "graph", "-s", "dev", "-o", str(project / "none" / "x.svg"))
    assert result.exit_code == 1
    assert "cannot write" in result.stderr
    assert "No such file" in result.stderr


@pytest.mark.parametrize("name", ["plan", "graph"])
def test_help_imports_no_pulumi(name: str) -> None:
    code = (
        "import sys\nfrom homeport.cli import main\n"
        f"try:\n    main(['{name}', '--help'])\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in sys.modules if name.split('.')[0].startswith('pulumi')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "Examples:" in done.stdout
