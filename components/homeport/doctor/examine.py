"""All checks, in the order in which a newcomer meets what they look for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from homeport.doctor import clouds, clouds_aws, engine, python_env
from homeport.doctor.finding import Finding, ok
from homeport.doctor.global_layer import global_layer
from homeport.doctor.machine import Machine
from homeport.doctor.stack_file import StackFile, project_file, stack_file
from homeport.doctor.zones import MakeLookup, zones
from homeport.problems import Problem


@dataclass(frozen=True, slots=True)
class SettingsSeen:
    """What loading a stack's settings gave.

    Attributes:
        problems: all that is wrong; empty when the settings are right.
        cluster: facts of the cluster after merging and defaults; only what the settings say of it counts.
    """

    problems: Sequence[Problem] = ()
    cluster: StackFile | None = None


#: Loads the settings of a stack; None for a project that has no settings model of homeport's.
LoadSettings = Callable[[Path, str], SettingsSeen | None]


def examine(
    machine: Machine, root: Path, stack: str | None, load: LoadSettings, make_lookup: MakeLookup | None = None
) -> list[Finding]:
    """Look at everything at once.

    Args:
        machine: where to look.
        root: folder of the Pulumi project.
        stack: also check what this stack needs.
        load: loads the stack's settings.
        make_lookup: makes what asks name servers about the stack's zones; None: they are not asked.

    Returns:
        Findings, good and bad.
    """
    project = project_file(machine.read(root / "Pulumi.yaml") or machine.read(root / "Pulumi.yml") or "")
    findings = [
        python_env.python(machine),
        *python_env.packages(machine, root),
        engine.git(machine),
        engine.pulumi(machine, root),
        engine.language_host(machine),
        *python_env.environment(machine, root, project.virtualenv),
    ]
    login, answers = engine.login(machine, root, project.backend)
    findings.append(login)
    if stack is not None:
        findings += _stack(machine, root, stack, load, make_lookup, answers=answers)
    return findings


def _stack(
    machine: Machine, root: Path, stack: str, load: LoadSettings, make_lookup: MakeLookup | None, *, answers: bool
) -> Iterator[Finding]:
    short = stack.rsplit("/", 1)[-1]  # as in ORGANIZATION/PROJECT/STACK
    path = root / f"Pulumi.{short}.yaml"
    text = machine.read(path)
    if text is None:
        others = sorted(name for other in root.glob("Pulumi.*.yaml") if (name := other.name[7:-5]))
        has = f"; stacks here: {', '.join(others)}" if others else ""
        near = others[0] if others else "NAME"
        yield Finding(
            "stack file",
            "missing",
            f"{path.name} is not there{has}",
            f"name another with -s, or: cp Pulumi.{near}.yaml {path.name}",
            "plan",
        )
        return
    yield ok("stack file", path.name, "plan")
    file = stack_file(text)
    seen = load(root, short)
    if seen is not None:
        yield _settings(seen, short)
        if seen.cluster is not None:
            file = replace(seen.cluster, provider=file.provider, salted=file.salted, secrets=file.secrets)
    in_state = engine.stack(machine, root, stack, file, answers=answers)
    yield in_state
    if file.shared is not None:
        yield global_layer(machine, root, stack, file, answers=answers)
    yield from engine.secrets(machine, file, stack)
    if file.kind == "gke":
        yield from clouds.google(machine, root, file, short)
    elif file.kind == "eks":
        yield from clouds_aws.eks(machine, file, short)
    elif file.kind == "existing":
        yield from clouds.existing(machine, root, file, short)
    if file.layer == "global":
        yield from _shared(machine, file)
    if file.zones and make_lookup is not None:
        yield from zones(machine, root, stack, make_lookup, there=in_state.status == "ok")


def _shared(machine: Machine, file: StackFile) -> Iterator[Finding]:
    """What the global layer needs of each cloud that it has something on; no cluster, so no programs."""
    if file.google is not None:
        yield clouds.google_credentials(machine)
        yield ok("project", file.google)
    if file.amazon is not None:
        yield from clouds_aws.aws(machine, replace(file, account=file.amazon))


def _settings(seen: SettingsSeen, stack: str) -> Finding:
    if not seen.problems:
        return ok("settings", "valid", "plan")
    first = seen.problems[0]
    place = f"{first.location}: " if first.location else ""
    count = len(seen.problems)
    more = f" (and {count - 1} more)" if count > 1 else ""
    return Finding(
        "settings",
        "wrong",
        f"{place}{first.text()}{more}",
        f"homeport config -s {stack}   shows {'all of them' if count > 1 else 'it'}",
        "plan",
    )
