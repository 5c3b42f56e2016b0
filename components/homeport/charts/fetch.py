"""Charts on disk: pulled once, kept with their digest, pulled again when either does not fit."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from homeport.charts.archive import Archive, ArchiveError, read_archive
from homeport.charts.finding import Finding
from homeport.charts.helm import Helm, HelmError, explained
from homeport.charts.releases import ReleaseCall


class FetchError(Exception):
    """A chart cannot be had.

    Args:
        finding: why, and what to do.
        unreachable: whether that says nothing about the settings: the network, or a login.
    """

    def __init__(self, finding: Finding, *, unreachable: bool = False) -> None:
        self.finding = finding
        self.unreachable = unreachable
        super().__init__(finding.text())


@dataclass(frozen=True, slots=True)
class Fetched:
    """A chart on disk.

    Attributes:
        path: its .tgz or folder.
        archive: what is in it.
        pulled: whether the network was asked, now.
    """

    path: Path
    archive: Archive
    pulled: bool


@dataclass(frozen=True, slots=True)
class Charts:
    """Where charts are kept.

    Attributes:
        root: the project; relative paths of charts begin there.
        cache: folder of pulled charts.
        helm: the program.
    """

    root: Path
    cache: Path
    helm: Helm

    def fetch(self, call: ReleaseCall) -> Fetched:
        """A release's chart, from its path, the cache, or where it is published.

        Raises:
            FetchError: it cannot be had, or is not what was asked for.
        """
        if call.repository is None and not call.chart.startswith("oci://"):
            path = self.root / call.chart
            if not path.exists():
                raise FetchError(
                    Finding(f"there is no {call.chart}", "homeport charts verify --pull-to FOLDER fills a folder")
                )
            return Fetched(path, _read(path, call), pulled=False)
        kept = self._kept(call)
        if kept is not None and _digest_fits(kept):
            try:
                return Fetched(kept, _read(kept, call), pulled=False)
            except FetchError:
                kept.unlink()
        return self._pulled(call)

    def _place(self, call: ReleaseCall) -> Path:
        where = call.repository or call.chart.rpartition("/")[0]
        return self.cache / hashlib.sha256(where.encode()).hexdigest()[:16]

    def _kept(self, call: ReleaseCall) -> Path | None:
        if call.version is None:
            return None
        name = call.chart.rsplit("/", 1)[-1]
        path = self._place(call) / f"{name}-{call.version}.tgz"
        return path if path.is_file() else None

    def _pulled(self, call: ReleaseCall) -> Fetched:
        where = call.repository or call.chart.rpartition("/")[0]
        place = self._place(call)
        place.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.cache, prefix="pull-") as folder:
            try:
                self.helm.pull(call.chart, Path(folder), version=call.version, repository=call.repository)
            except HelmError as error:
                finding = explained(error, call.chart.rsplit("/", 1)[-1], call.version, where)
                away = "cannot be reached" in finding.rule or "refuses" in finding.rule
                raise FetchError(finding, unreachable=away) from None
            found = sorted(Path(folder).glob("*.tgz"))
            if not found:
                raise FetchError(Finding(f"helm pulled no file for {call.label} from {where}"))
            archive = _read(found[0], call)
            path = place / f"{call.chart.rsplit('/', 1)[-1]}-{call.version or archive.version}.tgz"
            digest = _digest(found[0])
            # Whole or not at all: a run that is interrupted goes on from what is there.
            found[0].replace(path)
        path.with_suffix(".sha256").write_text(f"{digest}\n", encoding="ascii")
        return Fetched(path, archive, pulled=True)


def keep(fetched: Fetched, folder: Path) -> Path | None:
    """Copy a chart into a folder as NAME-VERSION.tgz, which `charts.source` can name; None where it is no file.

    Raises:
        OSError: it cannot be written.
    """
    if not fetched.path.is_file():
        return None
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / fetched.path.name
    if target.resolve() == fetched.path.resolve() or (target.is_file() and _digest(target) == _digest(fetched.path)):
        return target
    with tempfile.TemporaryDirectory(dir=folder, prefix=".pull-") as part:
        shutil.copyfile(fetched.path, Path(part) / target.name).replace(target)
    return target


def default_cache() -> Path:
    """Where pulled charts are kept unless somebody says otherwise."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "homeport" / "charts"


def _read(path: Path, call: ReleaseCall) -> Archive:
    try:
        archive = read_archive(path)
    except ArchiveError as error:
        raise FetchError(Finding(f"{path.name} {error}")) from None
    name = call.chart.rstrip("/").rsplit("/", 1)[-1]
    if call.version is None:
        return archive
    if (archive.name, archive.version.removeprefix("v")) != (name, call.version.removeprefix("v")):
        raise FetchError(
            Finding(
                f"{path.name} is {archive.name} {archive.version}, not {name} {call.version}",
                "its publisher or mirror handed out something else",
            )
        )
    return archive


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_fits(path: Path) -> bool:
    said = path.with_suffix(".sha256")
    return said.is_file() and said.read_text(encoding="ascii", errors="replace").strip() == _digest(path)
