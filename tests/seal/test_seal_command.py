"""`homeport seal`, from the command line: what it writes opens, what it prints holds no value."""

from __future__ import annotations

import json
import stat
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from ruamel.yaml import YAML

from homeport.cli import main
from homeport.commands import seal_values
from homeport.seal.certificate import with_header
from tests.seal.sealing_world import certificate, private_key, secret_of

KEY = private_key(2)
BASE = ["-s", "stage", "--name", "db", "--namespace", "shop"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the certificate of stage in it."""
    (tmp_path / "Pulumi.yaml").write_text("name: homeport\nruntime: python\n")
    (tmp_path / "sealed-secrets").mkdir()
    (tmp_path / "sealed-secrets" / "stage.pem").write_text(with_header("stage", certificate(KEY)))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def seal(*arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(main, ["seal", *arguments], input=stdin)


def read(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def test_values_from_every_source_end_in_one_manifest(project: Path) -> None:
    (project / "tls.key").write_bytes(b"\x00\xff")
    (project / ".env").write_text("# comment\n\nURL=postgres://db?a=b\nexport MODE='on'\n")
    done = seal(
        *BASE, "--from-file", "tls.key", "--from-file", "other=tls.key", "--from-env-file", ".env",
        "--from-stdin", "password", stdin=b"hunter2",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    document = read(done.stdout)
    assert secret_of(KEY, document) == {
        "tls.key": b"\x00\xff",
        "other": b"\x00\xff",
        "URL": b"postgres://db?a=b",
        "MODE": b"'on'",
        "password": b"hunter2",
    }
    assert document["spec"]["template"] == {"metadata": {"name": "db", "namespace": "shop"}, "type": "Opaque"}
    assert "hunter2" not in done.output
    assert done.stderr == ""


def test_all_of_standard_input_can_be_lines() -> None:
    done = seal(*BASE, "--from-env-file", "-", stdin="user=shop\npassword=hunter2\n")
    assert secret_of(KEY, read(done.stdout)) == {"user": b"shop", "password": b"hunter2"}


def test_a_value_on_the_command_line_is_sealed_with_a_warning() -> None:
    done = seal(*BASE, "--from-literal", "user=a=b")
    assert secret_of(KEY, read(done.stdout)) == {"user": b"a=b"}
    assert done.stderr == (
        "warning: what --from-literal names stays in the shell's history, and other users of the machine can see it;"
        " --prompt and --from-stdin leave no trace\n"
    )


def test_a_line_break_that_echo_left_is_pointed_out() -> None:
    done = seal(*BASE, "--from-stdin", "password", stdin="hunter2\n")
    assert secret_of(KEY, read(done.stdout)) == {"password": b"hunter2\n"}
    assert done.stderr == "note: the line break at the end of password is sealed, too; printf %s gives none\n"


def test_a_prompt_hides_the_value_and_asks_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal_values, "at_terminal", lambda: True)
    done = seal(*BASE, "--prompt", "password", "-o", "db.yaml", stdin="hunter2\nhunter2\n")
    assert done.exit_code == 0, done.output
    assert secret_of(KEY, read(Path("db.yaml").read_text())) == {"password": b"hunter2"}
    assert "hunter2" not in done.output


def test_a_prompt_without_a_terminal_is_an_error_and_not_a_hang() -> None:
    done = seal(*BASE, "--prompt", "password")
    assert (done.exit_code, done.stderr) == (
        1,
        "--prompt password asks at a terminal, and there is none\n    fix: pipe the value: --from-stdin password\n",
    )


@pytest.mark.parametrize(
    ("scope", "annotations"),
    [
        ("strict", None),
        ("namespace-wide", {"sealedsecrets.bitnami.com/namespace-wide": "true"}),
        ("cluster-wide", {"sealedsecrets.bitnami.com/cluster-wide": "true"}),
    ],
)
def test_the_scope_stands_on_the_sealed_secret_and_on_the_secret(scope: str, annotations: object) -> None:
    document = read(seal(*BASE, "--scope", scope, "--from-stdin", "a", stdin="1").stdout)
    assert document["metadata"].get("annotations") == annotations
    assert document["spec"]["template"]["metadata"].get("annotations") == annotations
    assert secret_of(KEY, document) == {"a": b"1"}


def test_a_cluster_wide_one_needs_no_namespace() -> None:
    done = seal("-s", "stage", "--name", "db", "--scope", "cluster-wide", "--from-stdin", "a", stdin="1")
    assert "namespace" not in read(done.stdout)["metadata"]


def test_a_key_is_added_without_touching_the_others(project: Path) -> None:
    file = project / "db.yaml"
    seal(*BASE, "--from-stdin", "user", "-o", str(file), stdin="shop")
    file.write_text(
        "# for the shop\n"
        + file.read_text()
        .replace("name: db", "name: 'db'")
        .replace("  template:", "  # whoever reads this\n  template:")
    )
    file.chmod(0o600)
    before = read(file.read_text())["spec"]["encryptedData"]
    done = seal("-s", "stage", "--merge-into", str(file), "--from-stdin", "password", stdin="hunter2")
    assert (done.exit_code, done.stdout) == (0, f"{file}: added password\n")
    after = read(file.read_text())
    assert after["spec"]["encryptedData"]["user"] == before["user"]
    assert secret_of(KEY, after) == {"user": b"shop", "password": b"hunter2"}
    assert "# for the shop\n" in file.read_text()
    assert "# whoever reads this\n" in file.read_text()
    assert "name: 'db'" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = seal("-s", "stage", "--merge-into", str(file), "--from-stdin", "password", stdin="other")
    assert again.stdout == f"{file}: replaced password\n"
    assert secret_of(KEY, read(file.read_text()))["password"] == b"other"


@pytest.mark.parametrize("scope", ["strict", "namespace-wide", "cluster-wide"])
def test_what_is_added_has_the_scope_of_the_file(scope: str) -> None:
    seal(*BASE, "--scope", scope, "--from-stdin", "a", "-o", "db.yaml", stdin="1")
    assert seal("-s", "stage", "--merge-into", "db.yaml", "--from-stdin", "b", stdin="2").exit_code == 0
    assert secret_of(KEY, read(Path("db.yaml").read_text())) == {"a": b"1", "b": b"2"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--name", "cache"], 'db.yaml has the name "db", and --name says "cache"'),
        (["--namespace", "blog"], 'db.yaml has the namespace "shop", and --namespace says "blog"'),
        (["--scope", "cluster-wide"], 'db.yaml has the scope "strict", and --scope says "cluster-wide"'),
    ],
)
def test_options_that_contradict_the_file_are_refused(arguments: list[str], said: str) -> None:
    seal(*BASE, "--from-stdin", "a", "-o", "db.yaml", stdin="1")
    before = Path("db.yaml").read_text()
    done = seal("-s", "stage", "--merge-into", "db.yaml", *arguments, "--from-stdin", "b", stdin="2")
    assert done.exit_code == 1
    assert done.stderr.startswith(said)
    assert Path("db.yaml").read_text() == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: Secret\napiVersion: v1\nmetadata: {name: a}\n", "db.yaml holds a Secret in clear"),
        ("kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\n", "db.yaml holds no SealedSecret of bitnami.com/v1"),
        ("a: 1\n---\nb: 2\n", "db.yaml must hold one SealedSecret and nothing else"),
        ("{", "db.yaml is not YAML"),
        ("- a\n", "db.yaml must hold one SealedSecret and nothing else"),
        ("kind: SealedSecret\napiVersion: bitnami.com/v1alpha1\nmetadata: []\n", "db.yaml holds a broken SealedSecret"),
        (
            "kind: SealedSecret\napiVersion: bitnami.com/v1alpha1\nmetadata: {name: a}\nspec: {encryptedData: [1]}\n",
            "db.yaml holds a broken SealedSecret",
        ),
    ],
)
def test_a_file_that_holds_something_else_is_left_as_it_is(text: str, said: str) -> None:
    Path("db.yaml").write_text(text)
    done = seal("-s", "stage", "--merge-into", "db.yaml", "--from-stdin", "b", stdin="2")
    assert done.exit_code == 1, done.exception
    assert done.stderr.startswith(said)
    assert Path("db.yaml").read_text() == text


def test_an_output_that_is_there_is_not_overwritten() -> None:
    Path("db.yaml").write_text("mine")
    done = seal(*BASE, "--from-stdin", "a", "-o", "db.yaml", stdin="1")
    assert (done.exit_code, done.stderr) == (
        1,
        "db.yaml is there already\n    fix: add to it with --merge-into db.yaml, or remove it\n",
    )
    assert Path("db.yaml").read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--from-literal", "hunter2"], "--from-literal takes KEY=VALUE, and there is no = in what was given"),
        (["--from-literal", "pass word=hunter2"], "a key is not 1 to 253 characters of letters, digits, -, _ and ."),
        (["--from-literal", "a=1", "--from-literal", "a=2"], "the key a is given twice"),
        (["--from-file", "gone"], "gone cannot be read: No such file or directory"),
        (["--from-env-file", "broken.env"], "broken.env:2: the line is not KEY=VALUE"),
        ([], "there is nothing to seal"),
        (["--from-stdin", "a", "--from-stdin", "b"], "standard input is asked for more than one value"),
        (["--from-stdin", "a", "--from-env-file", "-"], "standard input is asked for more than one value"),
        (["--from-file", "big"], "the values have 1048577 bytes in all, and a Secret holds 1048576"),
    ],
)
def test_bad_values_are_refused_and_never_repeated(project: Path, arguments: list[str], said: str) -> None:
    (project / "broken.env").write_text("A=1\nhunter2\n")
    (project / "big").write_bytes(bytes(1024 * 1024 + 1))
    done = seal(*BASE, *arguments, stdin="hunter2")
    assert done.exit_code == 1, done.exception
    assert said in done.stderr
    assert "hunter2" not in done.output
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--namespace", "shop"], "a Secret needs a name\n    fix: --name NAME\n"),
        (["--name", "db"], "the scope strict binds the values to a namespace, and none is named\n"),
        (["--name", "Db", "--namespace", "shop"], '--name "Db" is no name'),
        (["--name", "db", "--namespace", "shop/x"], '--namespace "shop/x" is no namespace'),
    ],
)
def test_what_no_secret_can_be_called_is_refused(arguments: list[str], said: str) -> None:
    done = seal("-s", "stage", *arguments, "--from-stdin", "a", stdin="1")
    assert done.exit_code == 1
    assert done.stderr.startswith(said)


def test_a_missing_certificate_names_the_command_that_fetches_it(project: Path) -> None:
    done = seal("-s", "prod", "--name", "db", "--namespace", "shop", "--from-stdin", "a", stdin="1")
    assert (done.exit_code, done.stderr) == (
        3,
        f"{project}/sealed-secrets/prod.pem is not there\n    fix: homeport seal cert -s prod\n",
    )


def test_another_stacks_certificate_is_refused_even_if_it_is_named() -> None:
    done = seal("-s", "prod", *BASE[2:], "--cert", "sealed-secrets/stage.pem", "--from-stdin", "a", stdin="1")
    assert done.exit_code == 1
    assert done.stderr.startswith("sealed-secrets/stage.pem is the certificate of the stack stage, not of prod")


def test_a_named_certificate_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "cert.pem").write_text(certificate(KEY))
    monkeypatch.chdir("/")
    done = seal(*BASE, "--cert", str(empty / "cert.pem"), "--from-stdin", "a", stdin="1")
    assert secret_of(KEY, read(done.stdout)) == {"a": b"1"}


def test_an_expired_certificate_is_refused(project: Path) -> None:
    old = certificate(KEY, since=datetime.now(UTC) - timedelta(days=100), days=90)
    (project / "sealed-secrets" / "stage.pem").write_text(old)
    done = seal(*BASE, "--from-stdin", "a", stdin="1")
    assert done.exit_code == 1
    assert "stage.pem expired on " in done.stderr


def test_json_says_what_was_made_and_nothing_of_the_values() -> None:
    done = seal(*BASE, "--from-stdin", "password", "--json", stdin="hunter2")
    document = json.loads(done.stdout)
    assert {key: document[key] for key in ("format", "stack", "name", "namespace", "scope", "keys", "file")} == {
        "format": 1,
        "stack": "stage",
        "name": "db",
        "namespace": "shop",
        "scope": "strict",
        "keys": ["password"],
        "file": None,
    }
    assert secret_of(KEY, document["manifest"]) == {"password": b"hunter2"}
    assert set(document["certificate"]) == {"fingerprint", "since", "expires"}
    assert "hunter2" not in done.output


def test_errors_are_json_where_json_is_asked_for() -> None:
    done = seal(*BASE, "--json")
    assert json.loads(done.stdout)["error"].startswith("there is nothing to seal")
    assert done.exit_code == 1


def test_options_that_exclude_each_other_are_a_usage_error() -> None:
    assert seal(*BASE, "-o", "a.yaml", "--merge-into", "b.yaml").exit_code == 2
    assert "Missing option '-s'" in seal("--name", "db").stderr


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_a_linked_file_stays_a_link() -> None:
    seal(*BASE, "--from-stdin", "a", "-o", "real.yaml", stdin="1")
    Path("link.yaml").symlink_to("real.yaml")
    seal("-s", "stage", "--merge-into", "link.yaml", "--from-stdin", "b", stdin="2")
    assert Path("link.yaml").is_symlink()
    assert secret_of(KEY, read(Path("real.yaml").read_text())) == {"a": b"1", "b": b"2"}
