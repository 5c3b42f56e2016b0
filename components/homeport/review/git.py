"""What `git` knows of the two revisions, and a work tree of the base for as long as it is needed.

https://git-scm.com/docs/git-worktree
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import FrameType
from typing import Final

_PREFIX: Final = "homeport-base-"
#: A work tree of ours that is older was left by a run that was killed.
_STALE_SECONDS: Final = 24 * 3600


class RevisionError(Exception):
    """The revisions cannot be compared; the text says why and what to do.

    Attributes:
        missing: something is missing on this machine (git, or a repository); else the revision is wrong.
    """

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Revisions:
    """The two sides of a comparison.

    Attributes:
        top: folder of the repository.
        root: folder of the project in it.
        given: the base as it was named.
        base: commit that is compared with: where the head branched off.
        tip: commit that `given` names.
        head: commit that is checked out.
        dirty: whether the work tree has changes that no commit has.
    """

    top: Path
    root: Path
    given: str
    base: str
    tip: str
    head: str
    dirty: bool

    @property
    def notes(self) -> list[str]:
        """What a reader must know of the two."""
        out: list[str] = []
        if self.base != self.tip:
            out.append(
                f"base is {self.base[:12]}, where this branch left {self.given}; {self.given} has moved on since, to"
                f" {self.tip[:12]}"
            )
        if self.dirty:
            out.append("head is the work tree as it is, with changes that are not committed")
        return out

    def as_json(self) -> dict[str, object]:
        """The public form."""
        return {
            "base": {"revision": self.given, "commit": self.base, "tip": self.tip},
            "head": {"commit": self.head, "dirty": self.dirty},
        }


def revisions(root: Path, base: str) -> Revisions:
    """Find both sides.

    Args:
        root: folder of the project.
        base: a branch, tag or commit.

    Raises:
        RevisionError: there is no git, no repository, no such revision, or too little history.
    """
    top = _top(root)
    head = _commit(root, "HEAD")
    if head is None:
        raise RevisionError(f"the repository in {top} has no commit yet: there is nothing to compare with")
    tip = _commit(root, base)
    shallow = _git(root, "rev-parse", "--is-shallow-repository").out == "true"
    if tip is None:
        raise RevisionError(_unknown(root, base, shallow=shallow))
    merge_base = _git(root, "merge-base", tip, head)
    if merge_base.code != 0 and shallow:
        raise RevisionError(_shallow(f"where HEAD left {base!r} is not in this clone"))
    status = _git(root, "status", "--porcelain", "--untracked-files=normal", "--", str(root))
    return Revisions(
        top,
        root.resolve(),
        base,
        merge_base.out if merge_base.code == 0 else tip,
        tip,
        head,
        bool(status.out),
    )


@contextlib.contextmanager
def base_tree(of: Revisions) -> Generator[Path]:
    """The project as the base revision has it, in a folder that is gone afterwards, also after Ctrl-C or a SIGTERM.

    Hooks do not run, and files of Git LFS are not fetched.

    Raises:
        RevisionError: git cannot make the work tree.
    """
    _remove_stale(of.top)
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    tree = folder / "tree"
    with _terminating():
        try:
            made = _git(of.top, "worktree", "add", "--quiet", "--detach", str(tree), of.base)
            if made.code != 0:
                raise RevisionError(f"git cannot check out {of.base[:12]} beside this work tree: {made.said}")
            yield tree / of.root.relative_to(of.top)
        finally:
            _git(of.top, "worktree", "remove", "--force", str(tree))
            shutil.rmtree(folder, ignore_errors=True)
            _git(of.top, "worktree", "prune")


def _remove_stale(top: Path) -> None:
    for line in _git(top, "worktree", "list", "--porcelain").out.splitlines():
        tree = Path(line.removeprefix("worktree "))
        ours = line.startswith("worktree ") and tree.parent.name.startswith(_PREFIX)
        with contextlib.suppress(OSError):
            if ours and time.time() - tree.stat().st_mtime > _STALE_SECONDS:
                _git(top, "worktree", "remove", "--force", str(tree))
                shutil.rmtree(tree.parent, ignore_errors=True)


@contextlib.contextmanager
def _terminating() -> Generator[None]:
    """Let what CI systems send to a cancelled job unwind as Ctrl-C does: otherwise nothing is tidied up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        del frame
        raise SystemExit(128 + number)

    caught = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, stop) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass(frozen=True, slots=True)
class _Ran:
    code: int
    out: str
    said: str


def _git(folder: Path, *arguments: str) -> _Ran:
    # A hook of git runs with these set, for another repository or index than is meant here.
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name in _KEPT}
    env.update(GIT_LFS_SKIP_SMUDGE="1", LC_ALL="C")
    command = ["git", "-c", f"core.hooksPath={os.devnull}", *arguments]
    try:
        ran = subprocess.run(  # noqa: S603 - no shell; revisions cannot be taken for options, see _commit
            command, cwd=folder, env=env, capture_output=True, encoding="utf-8", errors="replace", check=False
        )
    except FileNotFoundError:
        raise RevisionError("git is not on PATH: the base revision comes from it; install git", missing=True) from None
    return _Ran(ran.returncode, ran.stdout.strip(), " ".join(ran.stderr.split()))


#: Variables of git that say how, not where: a safe folder, a certificate, a trace.
_KEPT: Final = frozenset(
    {"GIT_CONFIG_COUNT", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_SYSTEM", "GIT_EXEC_PATH"}
    | {f"GIT_CONFIG_{kind}_{number}" for kind in ("KEY", "VALUE") for number in range(16)}
)


def _top(root: Path) -> Path:
    found = _git(root, "rev-parse", "--show-toplevel")
    if found.code == 0 and found.out:
        return Path(found.out).resolve()
    if "dubious ownership" in found.said:
        raise RevisionError(
            f"git does not trust {root}, which belongs to somebody else:"
            f" git config --global --add safe.directory {root}",
            missing=True,
        )
    raise RevisionError(
        f"{root} is in no git repository: the base revision comes from one; clone it instead of copying its files",
        missing=True,
    )


def _commit(root: Path, revision: str) -> str | None:
    found = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    return found.out if found.code == 0 and found.out else None


def _unknown(root: Path, base: str, *, shallow: bool) -> str:
    if shallow:
        return _shallow(f"no revision {base!r} in this clone")
    known = _git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes", "refs/tags")
    names = known.out.split()
    near = [name for name in names if name.endswith(f"/{base}")] or get_close_matches(base, names, n=3)
    hint = f"; is it {' or '.join(near[:3])}?" if near else "; name a branch, tag or commit, for example origin/main"
    return f"no revision {base!r} in this repository{hint}"


def _shallow(what: str) -> str:
    return (
        f"{what}, which has only a part of the history: run `git fetch --unshallow origin`; in GitHub Actions give"
        " actions/checkout `fetch-depth: 0`, in GitLab CI set the variable GIT_DEPTH to 0"
    )
