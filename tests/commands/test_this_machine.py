"""The real machine: programs that hang, fail, or are not there never hurt a check."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from homeport.doctor.machine import ThisMachine

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs of these tests are shell scripts")


def machine(folder: Path, script: str) -> ThisMachine:
    """A machine on whose PATH `tool` is a shell script."""
    tool = folder / "tool"
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    return ThisMachine(env={"PATH": f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"}, home=folder)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state != "Z"


def test_output_error_and_code_come_back(tmp_path: Path) -> None:
    ran = machine(tmp_path, 'echo "out $1"; echo err >&2; exit 5').run("tool", "a b", cwd=tmp_path)
    assert (ran.code, ran.out, ran.err) == (5, "out a b\n", "err\n")


def test_a_program_that_waits_for_an_answer_gets_none(tmp_path: Path) -> None:
    ran = machine(tmp_path, "read answer || echo nobody").run("tool", cwd=tmp_path)
    assert ran.out == "nobody\n"


def test_a_program_that_hangs_is_stopped_with_the_children_that_hold_its_pipes(tmp_path: Path) -> None:
    ran = machine(tmp_path, "sleep 300 & echo $! > child; sleep 300").run("tool", cwd=tmp_path, patience=2)
    assert ran.code is None
    child = int((tmp_path / "child").read_text())
    while alive(child):  # ended by the suite's own timeout when the child was not stopped
        time.sleep(0.05)


def test_a_program_that_is_not_there_or_cannot_run_is_no_traceback(tmp_path: Path) -> None:
    assert machine(tmp_path, "").run("no-such-tool", cwd=tmp_path).code == 127
    broken = machine(tmp_path, "")
    (tmp_path / "tool").write_bytes(b"#!/no/such/interpreter\n")
    assert broken.run("tool", cwd=tmp_path).code == 126


def test_bytes_that_are_no_text_are_no_traceback(tmp_path: Path) -> None:
    assert machine(tmp_path, r"printf '\377'").run("tool", cwd=tmp_path).out == "\ufffd"
    (tmp_path / "file").write_bytes(b"\xff")
    assert ThisMachine().read(tmp_path / "file") is None
    assert ThisMachine().read(tmp_path) is None


def test_the_environment_is_not_in_its_repr() -> None:
    assert "marker-of-a-secret" not in repr(ThisMachine(env={"PULUMI_ACCESS_TOKEN": "marker-of-a-secret"}))


def test_installed_versions_are_the_metadata_of_the_distributions() -> None:
    assert ThisMachine().installed("pytest") == pytest.__version__
    assert ThisMachine().installed("no-such-distribution") is None
