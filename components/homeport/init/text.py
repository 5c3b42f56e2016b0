"""Pieces of stack files. Pure."""

from __future__ import annotations

from typing import Final

from homeport.init.answers import Answers
from homeport.settings.write import flow, scalar

#: Editors complete and check by it.
SCHEMA_LINE: Final = "# yaml-language-server: $schema=schemas/stack.schema.json"

#: The stack that all others share.
GLOBAL: Final = "global"

_COUNTS: Final = {2: "two", 3: "three"}


def document(comment: str, lines: list[str]) -> str:
    """A stack file: what it is, then its settings."""
    return "\n".join([SCHEMA_LINE, f"# {comment}", "config:", *lines, ""])


def count_words(items: list[str]) -> str:
    """How many there are, in words."""
    return _COUNTS.get(len(items), str(len(items)))


def head(environment: str, protection: str, domain: str) -> list[str]:
    """What every stack of a cluster of our own begins with."""
    return [
        "  homeport:layer: cluster",
        f"  homeport:environment: {scalar(environment)}",
        f"  homeport:protection: {protection}",
        f"  homeport:domain: {scalar(domain)}",
        f"  homeport:global: {GLOBAL}",
    ]


def peer_lines(peers: dict[str, str]) -> list[str]:
    """The networks that may be connected, where there are any."""
    return ["    peers:", *(f"      {scalar(name)}: {scalar(cidr)}" for name, cidr in peers.items())] if peers else []


def title(answers: Answers, environment: str) -> str:
    """An environment at the beginning of a sentence."""
    return "Production" if answers.production == [environment] else environment.capitalize()


def also(answers: Answers) -> str:
    """What a small environment is beside the large one."""
    first = answers.production[:1]
    return f"small, cheap, and the same program as {first[0]}" if first else "small and cheap"


__all__ = ["GLOBAL", "SCHEMA_LINE", "also", "count_words", "document", "flow", "head", "peer_lines", "scalar", "title"]
