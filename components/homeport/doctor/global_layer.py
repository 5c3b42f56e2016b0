"""Whether the global stack is up and has what a cluster stack reads from it.

The engine ends a program that reads a stack which is not there, and nothing in the program can say more: so it is said
here, before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from homeport.doctor.finding import Finding, ok
from homeport.doctor.machine import Machine
from homeport.doctor.pulumi_cli import Trouble, ask
from homeport.doctor.stack_file import StackFile
from homeport.globals.globals_output import Globals
from homeport.globals.zone_access import zone_permission
from homeport.globals.zone_choice import zone_for
from homeport.problems import SettingsError
from homeport.values import Cloud

_NAME: Final = "global layer"
_CLOUDS: Final[dict[str, Cloud]] = {"gke": "gcp", "eks": "aws"}


def global_layer(machine: Machine, root: Path, stack: str, file: StackFile, *, answers: bool) -> Finding:
    """The output of the stack that `homeport:global` names.

    Args:
        machine: where to look.
        root: the project.
        stack: the cluster stack, as the command line names it.
        file: facts of its file; `shared` and `domain` are set.
        answers: whether the place of the state answers.
    """
    shared = file.shared or ""
    # Beside the stack itself: of the same organisation and project.
    named = "/".join([*stack.split("/")[:-1], shared])
    if not answers:
        return Finding(_NAME, "unknown", f"whether {named} is deployed cannot be told before login works")
    answer = ask(machine, root, "stack", "output", "globals", "--json", "--stack", named)
    if isinstance(answer, Trouble):
        return _trouble(answer, named)
    try:
        published = Globals.parse(json.loads(answer), stack=shared)
        return _chosen(published, file, shared)
    except SettingsError as error:
        problem = error.problems[0]
        return Finding(_NAME, "wrong", f"{'.'.join(map(str, problem.path))}: {problem.rule}", problem.fix)
    except ValueError:
        return Finding(_NAME, "wrong", f"the output globals of the stack {named} is no JSON", f"pulumi up -s {named}")


def _chosen(published: Globals, file: StackFile, shared: str) -> Finding:
    if file.domain is None:
        return ok(_NAME, f"{shared} is deployed")
    cloud = _CLOUDS.get(file.kind or "", "none")
    name, zone = zone_for(published.zones, file.domain, stack=shared, cloud=cloud)
    owner = file.project if cloud == "gcp" else file.account if cloud == "aws" else None
    if owner is not None:
        zone_permission(name, zone, owner=owner, stack=shared)
    return ok(_NAME, f"{shared} is deployed; {file.domain} lies in its zone {name}")


def _trouble(trouble: Trouble, named: str) -> Finding:
    if trouble.kind == "no-stack":
        short = named.rpartition("/")[2]
        fix = f"pulumi stack init {named}\nmake up STACK={short}   (or: pulumi up -s {named})"
        return Finding(_NAME, "missing", f"{named} is not in the place of the state; this stack reads it", fix)
    if trouble.kind == "no-output":
        fix = f"make up STACK={named.rpartition('/')[2]}   (or: pulumi up -s {named})"
        return Finding(_NAME, "missing", f"{named} is not deployed yet; this stack reads its output globals", fix)
    return Finding(_NAME, "wrong", f"{named} cannot be read: {trouble.text}", trouble.fix)
