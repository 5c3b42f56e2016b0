"""How long the name of an application may be: what Kubernetes adds to it must fit too.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from homeport.problems import Problem
from homeport.workloads.content import DIGITS
from homeport.workloads.specs import AppSpec, kind_of

#: Of a label's value, which every name becomes.
_LONGEST: Final = 63
#: Kind to what is added to the name, and why.
_ADDED: Final[dict[str, tuple[int, str]]] = {
    "job": (1 + DIGITS, "a hash of what runs is added to it"),
    # https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
    "cron-job": (11, "Kubernetes adds the time of each run to it"),
    # https://helm.sh/docs/chart_template_guide/builtin_objects/
    "helm-app": (10, "charts add to the name of a release"),
}


def name_problems(name: str, spec: AppSpec) -> Iterator[Problem]:
    """Whether an application can be called so; paths relative to its section."""
    kind = kind_of(spec)
    added, why = _ADDED.get(kind, (0, ""))
    if len(name) > _LONGEST - added:
        yield Problem(
            (),
            f"the name of a {kind} has {_LONGEST - added} characters at most{f': {why}' if why else ''}",
            "shorten it in the program",
            name,
        )
    if kind == "web-app" and not name[:1].isalpha():
        # https://kubernetes.io/docs/concepts/services-networking/service/ (RFC 1035)
        yield Problem((), "the name of a web-app begins with a letter: its Service asks for it", "rename it", name)
