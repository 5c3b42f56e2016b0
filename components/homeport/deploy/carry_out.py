"""An update or a destroy from beginning to end: what is in the way, the engine's run, what became of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from homeport.deploy.engine_run import Ended, run
from homeport.deploy.event_log import done, interrupted, read_lines
from homeport.deploy.explain import explain, explain_text
from homeport.deploy.fields import mapping, text_of
from homeport.deploy.guards import guarded
from homeport.deploy.lock import Lock, locks
from homeport.deploy.outcome import Operation, Outcome, Result
from homeport.deploy.state import State, state
from homeport.doctor.finding import Finding, blocking
from homeport.doctor.machine import Machine
from homeport.doctor.pulumi_cli import Trouble, ask
from homeport.doctor.stack_file import project_file
from homeport.plan.makespan import ENGINE_PARALLEL

#: Seconds for the state of a large stack to come out of a bucket far away.
_EXPORT: Final = 180.0


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked for.

    Attributes:
        operation: update or destroy.
        stack: of which stack.
        root: the project.
        yes: without a question.
        clear_pending: drop from the state what a lost run had begun.
        arguments: further ones for the engine.
        quiet_output: the engine's output goes to standard error.
    """

    operation: Operation
    stack: str
    root: Path
    yes: bool = False
    clear_pending: bool = False
    arguments: tuple[str, ...] = ()
    quiet_output: bool = False

    @property
    def again(self) -> str:
        """The command that asks for the same once more."""
        return f"homeport {self.operation} -s {self.stack}"


@dataclass(frozen=True)
class Tools:
    """What a run works with.

    Attributes:
        machine: answers questions about this machine and to the Pulumi CLI.
        examine: what `homeport doctor --deploy` finds for a stack of a project.
        say: tells people what is being done.
    """

    machine: Machine
    examine: Callable[[Path, str], list[Finding]]
    say: Callable[[str], None] = field(default=lambda _: None)


def carry_out(request: Request, tools: Tools) -> Outcome:
    """Do what was asked for, or say what is in the way."""
    blank = Outcome(request.operation, request.stack, "not_ready")
    findings = tools.examine(request.root, request.stack)
    if blocking(findings, deploy=True):
        return replace(blank, findings=findings, next=f"homeport doctor -s {request.stack} --deploy")
    in_the_way = _in_the_way(request, tools, blank)
    if in_the_way is not None:
        return in_the_way
    if request.clear_pending:
        cleared = _clear(request, tools)
        if cleared.result != "done":
            return cleared
    ended = _engine(request, tools, request.operation, "--refresh", *request.arguments)
    if ended.result == "done" and request.operation == "destroy":
        return replace(ended, next=f"pulumi stack rm {request.stack}")
    return ended


def _in_the_way(request: Request, tools: Tools, blank: Outcome) -> Outcome | None:
    """What keeps the engine from being asked: somebody else's run, a lost run's leavings, protection."""
    machine, root, stack = tools.machine, request.root, request.stack
    seen = _state(machine, root, stack)
    if isinstance(seen, Trouble):
        text = f"the state of {stack} cannot be read: {seen.text}\n  fix: {seen.fix}"
        return replace(blank, trouble=text, next=request.again)
    pending = () if request.clear_pending else seen.pending
    locked = _locks(machine, root, stack)
    if locked or pending:
        again = request.again + (" --clear-pending" if pending and not locked else "")
        return replace(blank, locks=locked, pending=pending, next=again)
    if request.operation == "destroy" and (guard := guarded(root, stack, seen.guarded)):
        return replace(blank, guarded=guard, next=guard.commands[0])
    return None


def _state(machine: Machine, root: Path, stack: str) -> State | Trouble:
    answer = ask(machine, root, "stack", "export", "--stack", stack, patience=_EXPORT)
    if isinstance(answer, Trouble):
        return answer
    try:
        document: object = json.loads(answer)
    except ValueError:
        return Trouble("failed", "`pulumi stack export` prints no JSON", f"pulumi stack export --stack {stack}")
    return state(document)


def _locks(machine: Machine, root: Path, stack: str) -> list[Lock]:
    answer = ask(machine, root, "whoami", "--json")
    if isinstance(answer, Trouble):
        return []
    try:
        document: object = json.loads(answer)
    except ValueError:
        return []
    project = project_file(machine.read(root / "Pulumi.yaml") or machine.read(root / "Pulumi.yml") or "")
    return locks(text_of(mapping(document).get("url")), project.name or "", stack)


def _clear(request: Request, tools: Tools) -> Outcome:
    tools.say(f"{request.stack}: dropping from the state what a lost run had begun ...")
    ended = _engine(request, tools, "refresh", "--clear-pending-creates")
    again = f"{request.again} --clear-pending"
    return replace(ended, next=again) if ended.result != "done" else ended


def _engine(request: Request, tools: Tools, command: str, *arguments: str) -> Outcome:
    line = ["pulumi", command, "--stack", request.stack, *arguments, *(["--yes"] if request.yes else [])]
    with tempfile.TemporaryDirectory(prefix="homeport-") as folder:
        # Only its owner may read it: the log holds the stack's settings and the inputs of its resources.
        log = Path(folder) / "events"
        log.touch(mode=0o600)
        ended = _run(request, tools, [*line, "--event-log", str(log)])
        if ended.code and "unknown flag: --event-log" in ended.errors:
            # A CLI that has given up the option; nothing was begun.
            ended = _run(request, tools, line)
        return _outcome(request, ended, log)


def _run(request: Request, tools: Tools, line: list[str]) -> Ended:
    return run(line, cwd=request.root, env=_environment(tools.machine.env), output_to_stderr=request.quiet_output)


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    # By itself the CLI does four things at once per processor, on a small runner fewer than the graph has to do, though
    # nearly all of it is waiting. Only with its options for finding faults does it know the event log.
    return {"PULUMI_PARALLEL": str(ENGINE_PARALLEL), **env, "PULUMI_DEBUG_COMMANDS": "true"}


def _outcome(request: Request, ended: Ended, log: Path) -> Outcome:
    events = list(read_lines(log))
    steps = done(events)
    blank = Outcome(request.operation, request.stack, "done", steps=steps)
    if ended.code == 0:
        return blank
    explanation = explain(events, stack=request.stack, again=request.again)
    if explanation is None:
        explanation = explain_text(ended.errors, stack=request.stack, again=request.again)
    result: Result = "interrupted" if ended.stopped or interrupted(events) else "failed"
    if explanation is not None and explanation.first.text.startswith("confirmation declined"):
        result = "declined"
    elif explanation is not None and explanation.kind == "locked":
        result = "not_ready"
    return replace(blank, result=result, explanation=explanation, next=request.again)
