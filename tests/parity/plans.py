"""Plans of the shipped stacks, made once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from homeport.plan.evaluate import evaluate
from homeport.plan.graph import Graph

ROOT = Path(__file__).resolve().parents[2]


@cache
def plan(stack: str) -> Graph:
    """The plan of a stack of this repository."""
    return evaluate(ROOT, stack)
