"""`homeport config`, `schema` and `set` as people and scripts use them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from homeport.cli import main

ROOT = Path(__file__).resolve().parents[2]

MODEL = '''
"""A model in a module of its own."""
from typing import Annotated, Literal
from pydantic import Field
from homeport.model import In, Model


class App(Model):
    """An app."""

    tag: str
    replicas: int = 1


class House(Model):
    """A house."""

    layer: Literal["house"]
    environment: str
    owner: str = "nobody"
    rooms: list[str] = Field(default_factory=list)
    doors: list[App] = Field(default_factory=list)
    apps: dict[str, App] = Field(default_factory=dict)
    secrets: dict[str, In[str]] = Field(default_factory=dict)
'''

FILE = """\
# yaml-language-server: $schema=stack.schema.json
config:
  homeport:layer: house
  homeport:environment: dev  # where
  homeport:apps:
    web: {tag: v1}
  homeport:doors: [{tag: front}]
  homeport:secrets: {grafana: {secure: v1:abc}}
"""


@pytest.fixture
def project(yard: Any, request: pytest.FixtureRequest) -> Any:
    # A name of its own: modules stay imported from test to test.
    module = f"settings_of_{abs(hash(request.node.nodeid))}"
    (yard.root / f"{module}.py").write_text(MODEL)
    text = (yard.root / "pyproject.toml").read_text().replace("yard_settings", module)
    (yard.root / "pyproject.toml").write_text(text)
    yard.base("all: {owner: base}\n")
    yard.write(FILE)
    return yard


def run(project: Any, *args: str) -> Result:
    return CliRunner().invoke(main, [*args, "--root", str(project.root)], catch_exceptions=False)


def test_config_shows_every_value_with_its_origin(project: Any) -> None:
    result = run(project, "config", "-s", "dev")
    assert result.exit_code == 0
    lines = {line.partition("  #")[0].rstrip(): line.partition("# ")[2] for line in result.stdout.splitlines()}
    assert list(lines)[:5] == ["layer: house", "environment: dev", "owner: base", "rooms: []", "doors:"]
    assert lines["owner: base"] == "stacks/base.yaml:1 (all)"
    assert lines["    tag: v1"] == "Pulumi.dev.yaml:6"
    assert lines["    replicas: 1"] == "default"
    assert lines["  - {tag: front, replicas: 1}"] == "Pulumi.dev.yaml:7"
    assert lines["  grafana: (secret)"] == "Pulumi.dev.yaml:8"
    assert len({line.index("# ") for line in result.stdout.splitlines() if "# " in line}) == 1


def test_config_without_origins_is_plain_yaml(project: Any) -> None:
    result = run(project, "config", "-s", "dev", "--no-origins")
    assert "#" not in result.stdout
    assert "owner: base\n" in result.stdout


def test_config_as_json_is_one_public_document(project: Any) -> None:
    document = json.loads(run(project, "config", "-s", "dev", "--json").stdout)
    assert document["format"] == 1
    assert document["stack"] == "dev"
    assert document["settings"]["apps"] == {"web": {"tag": "v1", "replicas": 1}}
    assert document["settings"]["secrets"] == {"grafana": {"$secret": True}}
    assert document["origins"]["apps.web.tag"] == {
        "layer": "Pulumi.dev.yaml",
        "file": "Pulumi.dev.yaml",
        "line": 6,
        "column": 16,
    }
    assert document["origins"]["owner"]["layer"] == "stacks/base.yaml: all"
    assert "apps.web.replicas" not in document["origins"]


def test_config_of_a_wrong_file_ends_with_1_and_all_problems(project: Any) -> None:
    project.write(FILE.replace("tag: v1", "tag: 1.30").replace("environment", "enviroment"))
    result = run(project, "config", "-s", "dev")
    assert result.exit_code == 1
    assert "2 problems in the settings" in result.stderr
    result = run(project, "config", "-s", "dev", "--json")
    assert result.exit_code == 1
    problems = json.loads(result.stdout)["problems"]
    assert [problem["path"] for problem in problems] == ["homeport:enviroment", "homeport:apps.web.tag"]
    assert (problems[1]["file"], problems[1]["line"], problems[1]["column"]) == ("Pulumi.dev.yaml", 6, 16)


def test_schema_writes_and_checks_the_file_that_the_project_names(project: Any) -> None:
    assert run(project, "schema", "--check").exit_code == 1
    result = run(project, "schema")
    assert (result.exit_code, result.stdout) == (0, "wrote stack.schema.json\n")
    assert run(project, "schema", "--check").exit_code == 0
    printed = run(project, "schema", "-o", "-").stdout
    assert printed == (project.root / "stack.schema.json").read_text()
    (project.root / "stack.schema.json").write_text(printed + " ")
    result = run(project, "schema", "--check")
    assert result.exit_code == 1
    assert "homeport schema" in result.stderr


def test_schema_can_go_to_another_file(project: Any) -> None:
    target = project.root / "deep" / "other.json"
    assert run(project, "schema", "-o", str(target)).exit_code == 0
    assert json.loads(target.read_text())["title"]


def test_set_changes_the_file_and_says_how(project: Any) -> None:
    result = run(project, "set", "-s", "dev", "apps.web.tag=1.30", "rooms[0]=hall", "owner=null")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        'Pulumi.dev.yaml: apps.web.tag: v1 -> "1.30"',
        "Pulumi.dev.yaml: rooms[0]: unset -> hall",
        "Pulumi.dev.yaml: owner: unset -> null, which removes what the base file says",
    ]
    assert (project.root / "Pulumi.dev.yaml").read_text() == FILE.replace("tag: v1", 'tag: "1.30"') + (
        "  homeport:rooms: [hall]\n  homeport:owner: null\n"
    )


def test_set_as_json_lists_the_changes(project: Any) -> None:
    result = run(project, "set", "-s", "dev", "apps.web.tag=v2", "apps.web.replicas=3", "--json")
    assert json.loads(result.stdout) == {
        "format": 1,
        "stack": "dev",
        "file": "Pulumi.dev.yaml",
        "changes": [
            {"path": "apps.web.tag", "changed": True, "old": "v1", "new": "v2"},
            {"path": "apps.web.replicas", "changed": True, "new": 3},
        ],
        "remaining": [],
    }


def test_set_says_what_is_still_wrong(project: Any) -> None:
    file = project.root / "Pulumi.dev.yaml"
    file.write_text(FILE.replace("tag: v1", "tag: v1, replicas: many"))
    result = run(project, "set", "-s", "dev", "rooms[0]=hall")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["Pulumi.dev.yaml: rooms[0]: unset -> hall"]
    assert "still wrong, as before; what that hides could not be checked:" in result.stderr
    assert 'homeport:apps.web.replicas = "many"' in result.stderr
    assert "rooms: [hall]" in file.read_text()
    document = json.loads(run(project, "set", "-s", "dev", "owner=x", "--json").stdout)
    assert [problem["path"] for problem in document["remaining"]] == ["homeport:apps.web.replicas"]


def test_set_what_is_set_already_writes_nothing(project: Any) -> None:
    before = (project.root / "Pulumi.dev.yaml").stat().st_mtime_ns
    result = run(project, "set", "-s", "dev", "apps.web.tag=v1", "rooms=null")
    assert result.stdout.splitlines() == [
        "Pulumi.dev.yaml: apps.web.tag is v1 already",
        "Pulumi.dev.yaml: rooms is unset already",
    ]
    assert (project.root / "Pulumi.dev.yaml").stat().st_mtime_ns == before


def test_set_refuses_a_wrong_result_and_a_wrong_path(project: Any) -> None:
    result = run(project, "set", "-s", "dev", "apps.web.replicas=many")
    assert result.exit_code == 1
    assert "must be a whole number" in result.stderr
    assert run(project, "set", "-s", "dev", "apps..web=1").exit_code == 2
    assert (project.root / "Pulumi.dev.yaml").read_text() == FILE


def test_set_refuses_secrets_with_the_command_for_them(project: Any) -> None:
    result = run(project, "set", "-s", "dev", "secrets.x=hunter2")
    assert result.exit_code == 1
    assert "pulumi config set --secret" in result.stderr
    assert "hunter2" not in result.output


@pytest.mark.parametrize("args", [("config", "-s", "dev"), ("schema",), ("set", "-s", "dev", "a=1")])
def test_a_project_without_a_model_says_how_to_name_one(yard: Any, args: tuple[str, ...]) -> None:
    yard.write(FILE)
    (yard.root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    result = run(yard, *args)
    assert result.exit_code == 1
    assert '[tool.homeport]\nsettings = "stacks.settings:Stack"' in result.stderr


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("nothing_here:House", "no module nothing_here"),
        ("json:House", "has no attribute 'House'"),
        ("json", 'must be "module:Name"'),
    ],
)
def test_a_model_that_cannot_be_found_is_named(yard: Any, settings: str, says: str) -> None:
    yard.write(FILE)
    (yard.root / "pyproject.toml").write_text(f'[tool.homeport]\nsettings = "{settings}"\n')
    result = run(yard, "config", "-s", "dev")
    assert result.exit_code == 1
    assert says in result.stderr


def test_a_model_that_fails_to_import_says_why(project: Any) -> None:
    module = next(project.root.glob("settings_of_*.py"))
    module.write_text("def broken(:\n")
    result = run(project, "config", "-s", "dev")
    assert result.exit_code == 1
    assert "cannot be imported: SyntaxError" in result.stderr


def test_set_leaves_a_file_alone_that_is_not_utf8(project: Any) -> None:
    file = project.root / "Pulumi.dev.yaml"
    file.write_bytes(FILE.encode() + b"# caf\xe9\n")
    result = run(project, "set", "-s", "dev", "rooms[0]=hall")
    assert result.exit_code == 1
    assert "is not UTF-8 text" in result.stderr
    assert file.read_bytes().endswith(b"caf\xe9\n")


@pytest.mark.parametrize("name", ["config", "schema", "set"])
def test_help_has_an_example(name: str) -> None:
    result = CliRunner().invoke(main, [name, "--help"])
    assert result.exit_code == 0
    assert f"Example:  homeport {name}" in " ".join(result.stdout.split()).replace("Example: ", "Example:  ")


@pytest.mark.parametrize(
    "args", [["--help"], ["config", "-s", "stage"], ["config", "-s", "stage", "--json"], ["schema", "-o", "-"]]
)
def test_no_sdk_is_imported(args: list[str]) -> None:
    program = (
        "import sys\n"
        "from homeport.cli import main\n"
        "try:\n    main()\nexcept SystemExit as end:\n    code = end.code\n"
        "found = [name for name in sys.modules if name.split('.')[0].startswith('pulumi')]\n"
        "print(code, found, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *args, *([] if args == ["--help"] else ["--root", str(ROOT)])],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(ROOT / "components")},
        timeout=60,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "0 []"
