"""Whether the lock files still fit pyproject.toml. Pure: no index is asked, so a newer release is no drift."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

_ENTRY: Final = re.compile(r"^(?P<pin>[^\s#-][^\\\n]*?)\s*(?P<hashes>(?:\\\n\s+--hash=\S+\s*)*)$", re.MULTILINE)
#: Options that name an index or a place to look in.
_ADDRESS: Final = re.compile(r"^\s*(--index-url|--extra-index-url|--find-links|-i|-f)\b|://", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Locked:
    """A package in a lock file.

    Attributes:
        version: the only one allowed.
        hashed: whether its files are pinned too.
    """

    version: Version
    hashed: bool


def lock_problems(pyproject: str, run: str, dev: str) -> list[str]:
    """What is wrong with the lock files.

    Args:
        pyproject: text of pyproject.toml.
        run: text of requirements.txt: what the program needs.
        dev: text of requirements-dev.txt: what developing needs, on top of that.
    """
    data = tomllib.loads(pyproject)
    needed = [Requirement(text) for text in data["project"]["dependencies"]]
    group = cast("list[Any]", data.get("dependency-groups", {}).get("dev", []))
    developing = [Requirement(text) for text in group if isinstance(text, str)]
    locks = {"requirements.txt": run, "requirements-dev.txt": dev}
    out: list[str] = []
    parsed: dict[str, dict[str, Locked]] = {}
    for name, text in locks.items():
        entries, wrong = _entries(text)
        parsed[name] = entries
        out += [f"{name}: {problem}" for problem in wrong]
    out += [f"requirements.txt: {problem}" for problem in _unmet(needed, parsed["requirements.txt"])]
    out += [
        f"requirements-dev.txt: {problem}" for problem in _unmet([*needed, *developing], parsed["requirements-dev.txt"])
    ]
    for name, locked in parsed["requirements.txt"].items():
        other = parsed["requirements-dev.txt"].get(name)
        if other is None or other.version != locked.version:
            has = "is not in it" if other is None else f"is {other.version} in it"
            out.append(f"requirements-dev.txt: {name} {has}, and {locked.version} in requirements.txt")
    return sorted(out)


def _entries(text: str) -> tuple[dict[str, Locked], list[str]]:
    entries: dict[str, Locked] = {}
    wrong: list[str] = []
    if _ADDRESS.search(text):
        wrong.append("it names an address; lock files work with any index")
    for match in _ENTRY.finditer(text):
        requirement = Requirement(match["pin"])
        name = canonicalize_name(requirement.name)
        pins = list(requirement.specifier)
        if len(pins) != 1 or pins[0].operator != "==":
            wrong.append(f"{name} is not pinned to one version")
            continue
        entries[name] = Locked(Version(pins[0].version), bool(match["hashes"].strip()))
        if not entries[name].hashed:
            wrong.append(f"{name} has no hash")
    return entries, wrong


def _unmet(needed: list[Requirement], locked: Mapping[str, Locked]) -> Iterator[str]:
    for requirement in needed:
        found = locked.get(canonicalize_name(requirement.name))
        if found is None:
            yield f"{requirement.name} is not locked; pyproject.toml asks for {requirement}"
        elif not requirement.specifier.contains(found.version, prereleases=True):
            yield f"{requirement.name} is locked at {found.version}; pyproject.toml asks for {requirement}"
