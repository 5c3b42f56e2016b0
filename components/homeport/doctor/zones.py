"""Whether the world finds the zones of a deployed stack, and what to enter at the registrar when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from homeport.doctor.finding import Finding, ok
from homeport.doctor.machine import Machine
from homeport.doctor.pulumi_cli import Trouble, ask
from homeport.globals.delegation import Delegation, Lookup, check_delegations
from homeport.globals.dns_plan import nearest_above
from homeport.globals.globals_output import Globals, Zone
from homeport.problems import SettingsError

#: Makes what asks the name servers, once it is known that there is something to ask.
MakeLookup = Callable[[], Lookup]

_NAME = "dns"


def zones(machine: Machine, root: Path, stack: str, make_lookup: MakeLookup, *, there: bool) -> Iterator[Finding]:
    """A finding for each zone that the stack has published.

    Args:
        machine: where to look.
        root: the project.
        stack: as the command line names it.
        make_lookup: makes what asks the name servers of the zones above.
        there: whether the stack is in the place of the state.
    """
    first = f"pulumi up -s {stack}"
    if not there:
        yield _unknown("delegation of the zones can be looked at once the stack is deployed", first)
        return
    answer = ask(machine, root, "stack", "output", "globals", "--json", "--stack", stack)
    if isinstance(answer, Trouble):
        fix = first if answer.kind == "no-output" else answer.fix
        yield _unknown(f"the stack's zones cannot be read: {answer.text}", fix)
        return
    try:
        published = Globals.parse(json.loads(answer), stack=stack).zones
    except SettingsError as error:
        yield _unknown(error.problems[0].text(), first)
        return
    except ValueError:
        yield _unknown("pulumi stack output globals --json prints no JSON", first)
        return
    yield from delegations(published, make_lookup(), stack)


def delegations(published: Mapping[str, Zone], lookup: Lookup, stack: str) -> Iterator[Finding]:
    """Findings about published zones, from the top: below a zone that the world does not find, nothing can be said."""
    heard = _Heard(lookup)
    domains = {name: zone.domain for name, zone in published.items()}
    bad: set[str] = set()
    for found in check_delegations(published, heard):
        above = nearest_above(found.domain, domains)
        name = f"{_NAME} {found.zone}"
        if above in bad:
            bad.add(found.zone)
            text = f"whether {found.domain} is delegated shows once {domains[above]} above it is"
            yield Finding(name, "unknown", text, need="extra")
            continue
        if not found.ok:
            bad.add(found.zone)
        yield _finding(name, found, above, stack, silent=found.domain in heard.silent)


def _finding(name: str, found: Delegation, above: str | None, stack: str, *, silent: bool) -> Finding:
    if found.ok:
        return replace(ok(name, found.finding), need="extra")
    fix = list(found.fix)
    if silent:
        return Finding(name, "unknown", found.finding, "\n".join(fix), "extra")
    if above is not None:
        fix.insert(0, f"pulumi up -s {stack} --refresh   writes the record into the zone {above}; if it must not,")
    status: Literal["missing", "wrong"] = "missing" if "is not delegated" in found.finding else "wrong"
    return Finding(name, status, found.finding, "\n".join(fix), "extra")


def _unknown(text: str, fix: str) -> Finding:
    return Finding(_NAME, "unknown", text, fix, "extra")


class _Heard:
    """Remembers for which domains nobody answered."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self.silent: set[str] = set()

    def __call__(self, domain: str, kind: Literal["NS", "DS"]) -> Sequence[str] | None:
        answer = self._lookup(domain, kind)
        if answer is None:
            self.silent.add(domain)
        return answer
