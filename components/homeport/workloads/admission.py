"""Whether the namespace of a workload admits its pods.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from homeport.kube.pod_security import Level, violations
from homeport.problems import Problem
from homeport.workloads.args import WorkloadArgs
from homeport.workloads.context import Place
from homeport.workloads.pod import pod_template

#: Part of a violation to the field of `hardening` that it comes from, and what to write there.
_FIELDS: Final = (
    ("runAs", "user", "write 10001 or above"),
    ("capabilities", "capabilities", "leave it out"),
    ("seccomp", "seccomp", "write runtime-default"),
)


def admission_problems(args: WorkloadArgs, place: Place, level: Level) -> Iterator[Problem]:
    """What a namespace of that level would refuse, by field; paths relative to the workload.

    Args:
        args: the workload.
        place: where it runs.
        level: that the namespace enforces.
    """
    found: dict[str, list[str]] = defaultdict(list)
    fixes: dict[str, str] = {}
    for violation in violations(pod_template(args, place)["spec"], level):
        field, fix = next(((name, fix) for part, name, fix in _FIELDS if part in violation), ("", "harden it"))
        found[field].append(violation)
        fixes[field] = fix
    for field, broken in found.items():
        yield Problem(
            ("hardening", field) if field else ("hardening",),
            f"the namespace {place.namespace} enforces the level {level} and would refuse its pods:"
            f" {'; '.join(broken)}",
            f"{fixes[field]}, or lower pod_security of the tenant {place.tenant}",
            getattr(args.hardening, field, None) if field else None,
        )
