"""Whole projects, strangers' ones: found, run as the engine would run them, and the process as before afterwards."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pulumi
import pytest

from homeport.plan.errors import ProgramError
from homeport.plan.evaluate import evaluate
from homeport.problems import SettingsError
from homeport.settings.project import ProjectError

ROOT = Path(__file__).parents[2]


def write(root: Path, files: Mapping[str, str]) -> Path:
    """A project of these files."""
    for name, text in {"Pulumi.yaml": "name: shop\nruntime: python\n", **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
    return root


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A project in the classic style: resources at the top level of modules, prints, relative files."""
    return write(
        tmp_path / "stranger",
        {
            "Pulumi.yaml": """\
                name: shop
                runtime:
                  name: python
                  options: {virtualenv: venv}
                config:
                  shop:shared: from-project
                """,
            "Pulumi.dev.yaml": """\
                config:
                  shop:size: 3
                  shop:token:
                    secure: AAABAKl0Ww==
                """,
            "Pulumi.prod.yaml": "config: {'shop:size': 5, 'shop:token': plain}\n",
            "__main__.py": """\
                import os
                import subprocess
                import sys
                from pathlib import Path

                import pulumi
                import pulumi_kubernetes as k8s

                from parts import database
                import settings

                print("hello from the program")
                subprocess.run(["echo", "hello from a child"], check=True)
                config = pulumi.Config()
                namespace = k8s.core.v1.Namespace("apps")
                k8s.core.v1.ConfigMap(
                    "web",
                    metadata={"namespace": namespace.metadata.name},
                    data={"page": Path("page.html").read_text(), "size": config.require("size")},
                )
                pulumi.export("argv", sys.argv)
                pulumi.export("cwd", os.path.basename(os.getcwd()))
                pulumi.export("database", database.secret.metadata.name)
                pulumi.export("count", settings.COUNT)
                """,
            "settings.py": "COUNT = 1\n",
            "page.html": "<h1>hello</h1>",
            "parts/__init__.py": "",
            "parts/database.py": """\
                import pulumi
                import pulumi_kubernetes as k8s

                config = pulumi.Config("shop")
                secret = k8s.core.v1.Secret("database", string_data={"token": config.require_secret("token")})
                shared = k8s.core.v1.ConfigMap("shared", data={"shared": config.require("shared")})
                """,
        },
    )


def test_a_strangers_program_is_planned_as_it_is(stranger: Path, capfd: pytest.CaptureFixture[str]) -> None:
    graph = evaluate(stranger, "dev")
    assert (graph.project, graph.stack, graph.layer) == ("shop", "dev", None)
    names = [item.name for item in graph.resources if item.custom]
    assert sorted(names) == ["apps", "database", "shared", "web"]
    assert graph.one(name="web").inputs["data"] == {"page": "<h1>hello</h1>", "size": "3"}
    assert graph.one(name="web").inputs["metadata"] == {"namespace": "${apps.metadata.name}"}
    assert graph.one(name="database").inputs["stringData"] == {"$secret": True}
    assert graph.one(name="shared").inputs["data"] == {"shared": "from-project"}
    assert graph.outputs == {
        "argv": ["__main__.py"],
        "cwd": "stranger",
        "database": "${database.metadata.name}",
        "count": 1,
    }
    source = graph.one(name="database").source
    assert source is not None
    assert (source.file, source.line) == ("parts/database.py", 5)
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err.count("hello from the program") == 1
    assert printed.err.count("hello from a child") == 1


def test_secrets_that_nobody_decrypted_do_not_fail_the_program_whatever_it_reads_from_them(tmp_path: Path) -> None:
    program = """\
        import json
        import pulumi
        import pulumi_kubernetes as k8s

        config = pulumi.Config()
        data = {
            "object": config.require_secret_object("one")["host"],
            "number": config.require_secret_int("one").apply(lambda n: str(n + 1)),
            "flag": config.get_secret_bool("one").apply(str),
            "part": config.require_secret("one").apply(lambda text: json.loads(text)["x"]),
            "nested": config.require_secret_object("nested")["password"],
            "plain": config.require_object("plain")["a"],
        }
        k8s.core.v1.ConfigMap("web", data=data)
        """
    stack = """\
        config:
          shop:one:
            secure: AAABAKl0Ww==
          shop:nested:
            user: me
            password:
              secure: AAABAKl0Ww==
          shop:plain: {a: b}
        """
    root = write(tmp_path, {"__main__.py": program, "Pulumi.dev.yaml": stack})
    secret = {"$secret": True}
    graph = evaluate(root, "dev")
    assert graph.logs == []
    assert graph.one(name="web").inputs["data"] == {
        "object": secret,
        "number": secret,
        "flag": secret,
        "part": secret,
        "nested": secret,
        "plain": "b",
    }


def test_the_process_is_as_before_afterwards(stranger: Path) -> None:
    before = (Path.cwd(), list(sys.path), list(sys.argv), sys.stdout, sys.modules["__main__"], set(sys.modules))
    evaluate(stranger, "dev")
    assert (Path.cwd(), sys.path, sys.argv, sys.stdout, sys.modules["__main__"]) == before[:5]
    assert not {"settings", "parts", "parts.database"} & set(sys.modules)


def test_the_process_is_as_before_after_a_failure(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "__main__.py": "import gc, os, helper\ngc.disable()\nos.chdir('/')\nraise ValueError('no')\n",
            "helper.py": "",
        },
    )
    before = (Path.cwd(), list(sys.path))
    assert gc.isenabled()
    with pytest.raises(ProgramError, match="ValueError: no"):
        evaluate(root, "dev")
    assert (Path.cwd(), sys.path) == before
    assert gc.isenabled()
    assert "helper" not in sys.modules


def test_modules_are_imported_anew_on_every_run(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {"__main__.py": "import pulumi, helper\npulumi.export('text', helper.TEXT)", "helper.py": "TEXT = 'a'"},
    )
    assert evaluate(root, "dev").outputs == {"text": "a"}
    (root / "helper.py").write_text("TEXT = 'another'", encoding="utf-8")
    assert evaluate(root, "dev").outputs == {"text": "another"}


def test_state_of_modules_from_one_run_of_an_evaluation_is_not_seen_in_the_next(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "__main__.py": """\
                import pulumi
                import pulumi_kubernetes as k8s
                import numbers_

                space = k8s.core.v1.Namespace(f"space-{next(numbers_.COUNTER)}")
                pulumi.export("name", space.metadata.name)
                """,
            "numbers_.py": "import itertools\nCOUNTER = itertools.count(1)\n",
        },
    )
    graph = evaluate(root, "dev")
    assert graph.outputs == {"name": "${space-1.metadata.name}"}
    assert graph.warnings == []


def test_modules_that_only_define_things_are_imported_once(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "__main__.py": """\
                import pulumi
                import helper

                pulumi.export("name", pulumi.Output.concat("a-", helper.space().metadata.name))
                """,
            "helper.py": """\
                from pathlib import Path

                import pulumi_kubernetes as k8s

                seen = Path("imports.txt")
                seen.write_text((seen.read_text() if seen.exists() else "") + "x")

                def space():
                    return k8s.core.v1.Namespace("space")
                """,
        },
    )
    assert evaluate(root, "dev").outputs == {"name": "a-${space.metadata.name}"}
    assert (root / "imports.txt").read_text(encoding="utf-8") == "x"


def test_a_module_of_the_caller_with_the_same_name_is_neither_used_nor_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    callers = ModuleType("settings")
    monkeypatch.setitem(sys.modules, "settings", callers)
    program = "import pulumi, settings\npulumi.export('text', settings.TEXT)\n"
    root = write(tmp_path, {"__main__.py": program, "settings.py": "TEXT = 'own'\n"})
    assert evaluate(root, "dev").outputs == {"text": "own"}
    assert sys.modules["settings"] is callers


@pytest.mark.parametrize(
    ("main", "file"), [("src", "src/__main__.py"), ("src/app.py", "src/app.py"), (".", "__main__.py")]
)
def test_main_of_the_project_file_is_respected(tmp_path: Path, main: str, file: str) -> None:
    program = "import os, pulumi\npulumi.export('here', os.path.basename(os.getcwd()))\n"
    write(tmp_path / "p", {"Pulumi.yaml": f"name: shop\nruntime: python\nmain: {main}\n", file: program})
    here = "p" if main == "." else "src"
    assert evaluate(tmp_path / "p", "dev").outputs == {"here": here}


def test_async_programs_run(tmp_path: Path) -> None:
    program = """\
        import pulumi
        import pulumi_kubernetes as k8s

        async def main():
            return {"name": k8s.core.v1.Namespace("n").metadata.name}

        pulumi.run(main)
        """
    assert evaluate(write(tmp_path, {"__main__.py": program}), "dev").outputs == {"name": "${n.metadata.name}"}


def test_the_stack_may_be_named_in_full(stranger: Path) -> None:
    assert evaluate(stranger, "organization/shop/prod").one(name="web").inputs["data"]["size"] == "5"


def test_another_stack_of_the_project_is_evaluated_for_its_outputs(tmp_path: Path) -> None:
    program = """\
        import pulumi
        import pulumi_kubernetes as k8s

        if pulumi.get_stack() == "global":
            pulumi.export("zone", "acme.example")
            pulumi.export("name", k8s.core.v1.Namespace("shared").metadata.name)
            pulumi.export("other", pulumi.StackReference(f"{pulumi.get_organization()}/shop/dev").get_output("zone"))
        else:
            shared = pulumi.StackReference(f"{pulumi.get_organization()}/shop/global")
            k8s.core.v1.ConfigMap(
                "web", data={"zone": shared.get_output("zone"), "name": shared.get_output("name")}
            )
        """
    root = write(tmp_path, {"__main__.py": program, "Pulumi.global.yaml": "", "Pulumi.dev.yaml": ""})
    graph = evaluate(root, "dev")
    name = "${organization/shop/global.outputs.name}"
    assert graph.one(name="web").inputs["data"] == {"zone": "acme.example", "name": name}
    assert graph.warnings == []


def test_a_stack_that_cannot_be_planned_is_named_by_the_one_that_reads_it(tmp_path: Path) -> None:
    program = """\
        import pulumi

        if pulumi.get_stack() == "global":
            raise pulumi.RunError("the zone is wrong")
        pulumi.StackReference("organization/shop/global")
        """
    root = write(tmp_path, {"__main__.py": program, "Pulumi.global.yaml": "", "Pulumi.dev.yaml": ""})
    with pytest.raises(pulumi.RunError, match=r"organization/shop/global.*cannot be planned:\nthe zone is wrong"):
        evaluate(root, "dev")


def test_the_stack_of_another_project_is_not_known(tmp_path: Path) -> None:
    program = "import pulumi\npulumi.export('x', pulumi.StackReference('organization/other/dev').get_output('x'))\n"
    root = write(tmp_path, {"__main__.py": program, "Pulumi.dev.yaml": ""})
    graph = evaluate(root, "dev")
    assert graph.outputs == {"x": {"$unknown": True}}
    assert len(graph.warnings) == 1


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"Pulumi.yaml": "runtime: python\n"}, '"name" is missing'),
        ({"Pulumi.yaml": "name: shop\nruntime: nodejs\n"}, "runtime is 'nodejs'; only Python"),
        ({"Pulumi.yaml": "name: shop\nruntime: python\nmain: nowhere\n"}, "nowhere does not exist"),
        ({}, "__main__.py does not exist"),
    ],
)
def test_a_project_that_cannot_run_says_what_is_missing(tmp_path: Path, files: dict[str, str], says: str) -> None:
    with pytest.raises(ProjectError, match=says):
        evaluate(write(tmp_path, files), "dev")


def test_a_folder_without_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"no Pulumi\.yaml"):
        evaluate(tmp_path, "dev")


def test_a_missing_stack_names_those_that_exist(stranger: Path) -> None:
    with pytest.raises(SettingsError, match="dev, prod"):
        evaluate(stranger, "stage")


def test_a_project_without_any_stack_file_can_be_planned(tmp_path: Path) -> None:
    root = write(tmp_path, {"__main__.py": "import pulumi\npulumi.export('stack', pulumi.get_stack())\n"})
    assert evaluate(root, "anything").outputs == {"stack": "anything"}


def _command(root: Path, *arguments: str, seed: str = "0") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "components"), "PYTHONHASHSEED": seed}
    return subprocess.run(
        [sys.executable, "-m", "homeport", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_prints_the_same_bytes_in_every_process_and_place(stranger: Path, tmp_path: Path) -> None:
    one = _command(stranger, "plan", "-s", "dev", "--json", seed="1")
    assert one.returncode == 0, one.stderr
    assert "hello from a child" in one.stderr
    document: dict[str, Any] = json.loads(one.stdout)
    assert document["format"] == 1
    moved = tmp_path / "elsewhere" / "moved"
    moved.parent.mkdir()
    stranger.rename(moved)
    two = _command(tmp_path, "plan", "-s", "dev", "--json", "--root", str(moved), seed="2")
    assert two.stdout.replace('"moved"', '"stranger"') == one.stdout
    assert evaluate(moved, "dev").to_json() == two.stdout
    assert evaluate(moved, "dev").to_json() == two.stdout
