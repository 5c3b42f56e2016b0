"""A program that stands for the Pulumi CLI: answers questions, writes an event log, does what a test tells it."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]

_SCRIPT: Final = """#!{python} -IS
import json, os, signal, stat, sys, time
folder = {folder!r}
plan = json.load(open(folder + "/plan.json"))
arguments = [a for a in sys.argv[1:] if a != "--non-interactive"]
if arguments[:2] == ["--color", "never"]:
    arguments = arguments[2:]
line = " ".join(arguments)
answers = {{
    "version": "v3.260.0", "whoami --json": json.dumps({{"user": "ann", "url": plan["url"]}}),
    "stack ls --json": json.dumps([{{"name": name}} for name in plan["stacks"]]),
}}
if line in answers:
    print(answers[line])
    sys.exit(0)
if line.startswith("stack export"):
    print(json.dumps(plan["state"]))
    sys.exit(0)
log = arguments[arguments.index("--event-log") + 1] if "--event-log" in arguments else None
if log and plan.get("no_event_log"):
    sys.stderr.write("error: unknown flag: --event-log\\n")
    sys.exit(255)
call = {{"arguments": [a for a in arguments if a != log], "log": log, "debug": os.environ.get("PULUMI_DEBUG_COMMANDS"),
        "parallel": os.environ.get("PULUMI_PARALLEL"),
        "stdin_tty": os.isatty(0), "stdout_tty": os.isatty(1)}}
if log:
    call["mode"] = [oct(stat.S_IMODE(os.stat(p).st_mode)) for p in (os.path.dirname(log), log)]
    with open(log, "w") as out:
        for event in plan["events"].get(arguments[0], []):
            out.write(json.dumps(event) + "\\n")
with open(folder + "/calls", "a") as out:
    out.write(json.dumps(call) + "\\n")
sys.stdout.write(plan["says"])
sys.stdout.flush()
os.write(2, plan["complains"].encode())
if plan["asks"]:
    sys.stdout.write("answer: " + sys.stdin.readline())
    sys.stdout.flush()
if plan["waits"]:
    got = []
    signal.signal(signal.SIGINT, lambda *_: got.append("INT"))
    signal.signal(signal.SIGTERM, lambda *_: got.append("TERM"))
    open(folder + "/waiting", "w").close()
    until = time.monotonic() + 60
    while not got and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.5)
    json.dump(got, open(folder + "/signals", "w"))
sys.exit(plan["codes"].get(arguments[0], 0))
"""


@dataclass
class Fake:
    """A project with one stack, and the program that stands for the engine.

    Attributes:
        folder: of the project.
        plan: what the program answers and does.
    """

    folder: Path
    plan: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self.plan = {
            "url": "gs://acme-admin-state",
            "stacks": ["stage"],
            "state": {"version": 3, "deployment": {}},
            "events": {},
            "codes": {},
            "says": "",
            "complains": "",
            "asks": False,
            "waits": False,
        } | self.plan
        (self.folder / "Pulumi.yaml").write_text("name: theirs\nruntime: python\n", encoding="utf-8")
        (self.folder / "Pulumi.stage.yaml").write_text("config: {}\n", encoding="utf-8")
        programs = self.folder / "bin"
        programs.mkdir()
        for name in ("pulumi", "pulumi-language-python"):
            program = programs / name
            program.write_text(_SCRIPT.format(python=sys.executable, folder=str(self.folder)), encoding="utf-8")
            program.chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the developer's own."""
        return {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}/usr/bin{os.pathsep}/bin",
            "HOME": str(self.folder),
            # The event log's folder is made here, and has to be gone again.
            "TMPDIR": str(self.folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "components"),
        }

    def command(self, *arguments: str) -> list[str]:
        """The command line of `homeport` on the stack, as the plan stands now."""
        (self.folder / "plan.json").write_text(json.dumps(self.plan), encoding="utf-8")
        return [sys.executable, "-m", "homeport", arguments[0], "-s", "stage", *arguments[1:]]

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What the engine was asked for, questions apart."""
        path = self.folder / "calls"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def lines(self) -> list[str]:
        """The command lines of `calls`."""
        return [" ".join(call["arguments"]).removesuffix(" --event-log") for call in self.calls]
