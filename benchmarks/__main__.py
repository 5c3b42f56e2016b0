"""`make bench`: measures, prints a table and one line of JSON. It fails only when the comparison itself is not fair."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import applications, engine, measures, orders
from benchmarks.figures import Figure, table


def figures(folder: Path, repeat: int) -> Iterator[Figure]:
    """All of them, as they are measured."""
    yield from measures.evaluation(folder, "stage", repeat)
    # Of the others no ratio is promised: one turn tells.
    for stack in ("stage-eks", "global"):
        yield from measures.evaluation(folder, stack, 1, warm=False)
    yield from measures.growth(folder, (1, 2, 5, 10, 20), max(2, repeat // 3))
    yield from measures.imports(repeat)
    yield from applications.growth((10, 20, 50, 100), max(2, repeat // 3))
    yield from applications.lines()
    yield from orders.makespans(("stage", "prod", "prod-eks"))
    yield from applications.reviews(1)


def chosen(folder: Path, given: argparse.Namespace) -> Iterator[Figure]:
    """What the command line asks for. Where the engine is not, its figures are left out with one line."""
    repeat: int = max(1, given.repeat)
    if not given.only_engine:
        yield from figures(folder, repeat)
    if given.no_engine:
        return
    if missing := engine.why_not():
        print(missing, file=sys.stderr)
        return
    yield from engine.figures(folder / "engine", repeat, given.engine_speed)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="measurements of each figure (default 3)")
    parser.add_argument("--no-engine", action="store_true", help="leave out what needs the Pulumi engine: half an hour")
    parser.add_argument("--only-engine", action="store_true", help="nothing else")
    parser.add_argument(
        "--engine-speed",
        type=float,
        default=engine.SPEED,
        help=f"simulated seconds a second (default {engine.SPEED:g})",
    )
    parser.add_argument("--json", action="store_true", help="only the line of JSON")
    given = parser.parse_args()
    measured: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="homeport-bench-") as folder:
        for figure in chosen(Path(folder), given):
            measured.append(figure)
            # As they come: an interrupted run has shown what it measured.
            print(f"{figure.value:.4g} {figure.unit}  {figure.name}", file=sys.stderr, flush=True)
    if not given.json:
        print(f"{measures.machine()}\n\n{table(measured)}\n")
    document = {"format": 1, "machine": measures.machine(), "figures": [figure.as_json() for figure in measured]}
    print(json.dumps(document, sort_keys=True))


if __name__ == "__main__":
    main()
