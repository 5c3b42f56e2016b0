"""`make drift`: generated files are what the code generates, locks fit pyproject.toml; `make goldens` writes them."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.child import ROOT
from benchmarks.generated import generated, left_over
from benchmarks.locks import lock_problems
from homeport.settings.project import read_project


def diff(path: Path, have: str | None, want: str) -> str:
    """A unified diff from the file to what it should be; empty when they are the same."""
    if have == want:
        return ""
    lines = difflib.unified_diff(
        (have or "").splitlines(keepends=True),
        want.splitlines(keepends=True),
        f"a/{path.as_posix()}" if have is not None else "/dev/null",
        f"b/{path.as_posix()}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def drift(root: Path, files: Iterable[tuple[Path, str]], surplus: Iterable[Path], *, write: bool) -> list[str]:
    """Compare files, or write them; returns a text for each that was, or is, not as it should be."""
    out: list[str] = []
    for path, want in files:
        file = root / path
        have = file.read_bytes().decode("utf-8", "replace") if file.is_file() else None
        if have == want:
            continue
        out.append(f"wrote {path.as_posix()}" if write else diff(path, have, want))
        if write:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(want.encode())
    for path in surplus:
        out.append(f"removed {path.as_posix()}" if write else f"{path.as_posix()}: its stack is no more\n")
        if write:
            (root / path).unlink()
    return out


def main() -> None:
    """Compare, or with --write write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.drift", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the files instead of comparing")
    write: bool = parser.parse_args().write
    project = read_project(ROOT)
    texts = drift(ROOT, generated(project), left_over(project), write=write)
    locks = lock_problems(*((ROOT / name).read_text(encoding="utf-8") for name in _LOCKS))
    for text in texts:
        print(text, end="\n" if write else "")
    for problem in locks:
        print(problem, file=sys.stderr)
    if locks:
        print("the lock files do not fit pyproject.toml: make lock", file=sys.stderr)
    if texts and not write:
        print("generated files are out of date: make goldens, and read the diff", file=sys.stderr)
    sys.exit(1 if locks or (texts and not write) else 0)


_LOCKS = ("pyproject.toml", "requirements.txt", "requirements-dev.txt")


if __name__ == "__main__":
    main()
