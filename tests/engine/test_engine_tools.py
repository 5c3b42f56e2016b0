"""What the engine tests stand on: programs that end, logs that may be cut off. Needs no engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.engine import programs
from tests.engine.events import read_events
from tests.engine.processes import ProcessError, Processes, wait_until

ROOT = Path(__file__).parents[2]
_SLEEP = [sys.executable, "-c", "import time; time.sleep(100)"]


def test_missing_programs_are_named_in_one_line_with_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    reason = programs.why_not() or ""
    assert "pulumi" in reason
    assert "kube-apiserver" in reason
    assert "\n" not in reason
    assert (ROOT / "docs" / "engine-tests.md").exists()
    assert "docs/engine-tests.md" in reason


def test_the_missing_plugin_of_pulumi_eks_is_named_with_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pulumi-resource-eks (docs/engine-tests.md)" in (programs.why_not_eks() or "")


def test_the_page_names_every_program() -> None:
    page = (ROOT / "docs" / "engine-tests.md").read_text()
    assert [p for p in (*programs.ENGINE, *programs.CONTROL_PLANE, programs.EKS) if f"`{p}`" not in page] == []


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_everything_ends_with_the_tests(tmp_path: Path) -> None:
    processes = Processes()
    process = processes.start(_SLEEP, log=tmp_path / "log")
    assert _is_running(process.pid)
    processes.end_all()
    assert not _is_running(process.pid)


def test_everything_ends_even_when_the_tests_are_killed(tmp_path: Path) -> None:
    killed = (
        "import os, pathlib, sys; from tests.engine.processes import Processes; "
        f"p = Processes().start({_SLEEP!r}, log=pathlib.Path({str(tmp_path / 'log')!r})); "
        "print(p.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", killed], capture_output=True, text=True, env=env, check=False)
    pid = int(done.stdout)
    until = time.monotonic() + 20
    while _is_running(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _is_running(pid)


def test_a_program_that_ends_too_early_is_quoted(tmp_path: Path) -> None:
    processes = Processes()
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", "print('no such option'); raise SystemExit(3)"], log=log)
    with pytest.raises(ProcessError, match=r"server: ended with 3; end of log:\nno such option"):
        wait_until("server", lambda: False, seconds=20, process=process, log=log)
    processes.end_all()


def test_the_event_log_of_a_killed_engine_is_read_up_to_its_end(tmp_path: Path) -> None:
    urn = "urn:pulumi:s::p::gcp:compute/network:Network::vpc"
    metadata = {"op": "create", "urn": urn, "type": "gcp:compute/network:Network", "detailedDiff": None}
    lines = [
        json.dumps({"resourcePreEvent": {"metadata": metadata}}),
        json.dumps({"resOpFailedEvent": {"metadata": metadata}}),
        json.dumps({"diagnosticEvent": {"severity": "error", "message": "<{%fg 1%}>quota<{%reset%}>\n"}}),
        '{"resourcePreEvent": {"metad',
    ]
    path = tmp_path / "events"
    path.write_text("\n".join(lines))
    found = read_events(path)
    assert [(step.operation, step.name, step.failed) for step in found.steps] == [("create", "vpc", True)]
    assert found.errors == ["quota"]
