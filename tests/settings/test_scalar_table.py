"""What plain YAML scalars mean here, and that Pulumi agrees about every one that is accepted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from homeport.settings.engine import engine_text, file_engine_config
from homeport.settings.reader import ambiguities, read_text
from homeport.settings.scalars import Ambiguous, engine_value, resolve
from homeport.settings.tree import MapNode

#: What every reader takes the same way.
AGREED: list[tuple[str, object]] = [
    ("true", True),
    ("false", False),
    ("True", True),
    ("FALSE", False),
    ("null", None),
    ("~", None),
    ("", None),
    ("NULL", None),
    ("0", 0),
    ("7", 7),
    ("-7", -7),
    ("1000", 1000),
    ("9007199254740992", 2**53),
    ("0.5", 0.5),
    ("-0.25", -0.25),
    ("1.30", 1.3),
    ("1.0", 1.0),
    ("1.2.3", "1.2.3"),
    ("v1.30", "v1.30"),
    ("10.20.0.0/16", "10.20.0.0/16"),
    ("e2-standard-4", "e2-standard-4"),
    ("europe-west3-a", "europe-west3-a"),
    ("2a01:db8::1", "2a01:db8::1"),
    ("0xyz", "0xyz"),
    ("1e", "1e"),
    ("e5", "e5"),
    ("deadbeef", "deadbeef"),
    ("12ab34c", "12ab34c"),
    ("yess", "yess"),
    ("nullable", "nullable"),
    (".", "."),
    ("inf", "inf"),
    ("NaN", "NaN"),
    ("2026-11", "2026-11"),
    ("2026-11-01-a", "2026-11-01-a"),
    ("hello world", "hello world"),
    ("==", "=="),
]

#: What readers disagree about, and what Pulumi makes of it.
DISPUTED: list[tuple[str, object]] = [
    *[(word, word) for word in ("yes", "Yes", "YES", "no", "No", "on", "On", "OFF", "off", "y", "Y", "n", "N")],
    ("tRUE", "tRUE"),
    ("nULL", "nULL"),
    ("010", 8),
    ("-010", -8),
    ("089", 89),
    ("00", 0),
    ("0o10", 8),
    ("0x1", 1),
    ("0xFF", 255),
    ("0b11", 3),
    ("-0", 0),
    ("+5", 5),
    ("1_000", 1000),
    ("1_0.5", 10.5),
    ("1e3", 1000),
    ("1.5e3", 1500),
    ("1E-2", 0.01),
    ("12e4567", "12e4567"),
    (".5", 0.5),
    ("1.", 1),
    ("12:30", "12:30"),
    ("1:30:59", "1:30:59"),
    ("01:23:45", "01:23:45"),
    ("2026-11-01", "2026-11-01 00:00:00 +0000 UTC"),
    ("2026-1-2", "2026-01-02 00:00:00 +0000 UTC"),
    ("2026-11-01T10:00:00Z", "2026-11-01 10:00:00 +0000 UTC"),
    ("2026-13-45", "2026-13-45"),
    ("=", "="),
    ("9007199254740993", 9007199254740993),
    ("-9007199254740993", -9007199254740993),
    ("123456789012345678901234567890", 1.2345678901234568e29),
]

#: Readers disagree, and Pulumi refuses the file.
REFUSED_BY_PULUMI = [".inf", "-.INF", ".nan", ".NaN"]


@pytest.mark.parametrize(("raw", "value"), AGREED)
def test_what_all_readers_agree_about_is_accepted(raw: str, value: object) -> None:
    found = resolve(raw)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("raw", [raw for raw, _ in DISPUTED] + REFUSED_BY_PULUMI + ["<<"])
def test_what_readers_disagree_about_is_ambiguous(raw: str) -> None:
    assert isinstance(resolve(raw), Ambiguous)


@pytest.mark.parametrize("raw", [raw for raw, _ in DISPUTED] + REFUSED_BY_PULUMI)
def test_an_ambiguous_value_is_shown_in_quotes(raw: str) -> None:
    document = read_text(f"a:\n  key: {raw}\n", file="f.yaml")
    assert document.root is not None
    ((path, problem),) = ambiguities(document.root)
    assert path == ("a", "key")
    assert f'write "{raw}"' in problem.fix
    assert str(problem.location) == "f.yaml:2:8"


@pytest.mark.parametrize("raw", [raw for raw, _ in AGREED + DISPUTED] + REFUSED_BY_PULUMI)
def test_in_quotes_everything_is_text(raw: str) -> None:
    for text in (f"key: '{raw}'\n", f'key: "{raw}"\n', f"key: |-\n  {raw}\n" if raw else "key: ''\n"):
        document = read_text(text, file="f.yaml")
        assert isinstance(document.root, MapNode)
        node = document.root.entries["key"].node
        assert getattr(node, "value", None) == raw
        assert not list(ambiguities(document.root))


@pytest.mark.parametrize(("raw", "value"), DISPUTED)
def test_pulumis_reading_of_ambiguous_scalars_is_known(raw: str, value: object) -> None:
    assert engine_value(raw) == value


PROGRAM = """
import json, os, pathlib
pathlib.Path("seen.json").write_text(json.dumps([os.environ["PULUMI_CONFIG"], os.environ["PULUMI_CONFIG_SECRET_KEYS"]]))
"""

PROJECT = """
name: shop
runtime: {{name: python, options: {{toolchain: pip, virtualenv: {venv}}}}}
config:
  bare: 5
  declared: {{type: integer, default: 7, description: some}}
  listed: {{type: array, items: {{type: string}}, default: [a, b]}}
  valued: {{value: {{a: 1}}}}
  over: {{default: x}}
  pulumi:disable-default-providers: ["*"]
  aws:region: {{value: eu-central-1}}
"""


@pytest.mark.engine
@pytest.mark.skipif(shutil.which("pulumi") is None, reason="needs the Pulumi engine")
def test_the_real_engine_hands_over_what_we_say(tmp_path: Path) -> None:
    """Every scalar of the tables, alone and inside a map, as the engine really passes it to a program."""
    venv = Path(sys.prefix)
    project = tmp_path / "project"
    (tmp_path / "state").mkdir()
    project.mkdir()
    (project / "Pulumi.yaml").write_text(PROJECT.format(venv=venv))
    (project / "__main__.py").write_text(PROGRAM)
    scalars = [raw for raw, _ in AGREED + DISPUTED]
    config = [f"  t:s{index}: {raw}" for index, raw in enumerate(scalars)]
    config += ["  t:map:", *(f"    k{index}: {raw}" for index, raw in enumerate(scalars))]
    config += ["  own: 1", "  a:config:b: 2", "  shop:over: y", "  t:list: [1, x, {y: 0.5}]", "  t:none: {}"]
    config += ['  t:marks: {"<&>": "é\\u2028", 8: eight, true: t, no: n}', "  t:block: |", "    two", "    lines"]
    file = project / "Pulumi.dev.yaml"
    env = {
        **os.environ,
        "PULUMI_BACKEND_URL": f"file://{tmp_path}/state",
        "PULUMI_CONFIG_PASSPHRASE": "not secret",
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "PULUMI_HOME": str(tmp_path / "home"),
    }

    def pulumi(*args: str) -> None:
        done = subprocess.run(
            ["pulumi", "--non-interactive", *args],
            cwd=project,
            env=env,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    pulumi("stack", "init", "dev")
    salt = file.read_text() if file.exists() else ""
    file.write_text("config:\n" + "\n".join(config) + "\n" + salt)
    ours = file_engine_config(project, "dev")
    pulumi("preview", "--stack", "dev")
    values, secret_keys = (json.loads(text) for text in json.loads((project / "seen.json").read_text()))
    assert dict(ours.values) == values
    assert secret_keys == []


def test_a_whole_map_goes_over_as_go_writes_json() -> None:
    document = read_text('b: 1.30\na: ["<&>", true, null]\nc: 1.0\nd: 0.0000001\ne: 1e21\n', file="f")
    assert document.root is not None
    assert engine_text(document.root) == ('{"a":["\\u003c\\u0026\\u003e",true,null],"b":1.3,"c":1,"d":1e-7,"e":1e+21}')
