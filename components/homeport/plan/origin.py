"""Where a resource is declared, independent of the machine."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import unquote, urlparse

from pulumi.runtime.proto import source_pb2

from homeport.plan.graph import Source

#: Frames from here on are the evaluation's.
_OWN = Path(__file__).parent.as_uri()
_INSTALLED = ("site-packages", "dist-packages")


class Origins:
    """Shows source files relative to a project.

    Args:
        root: folder of the project, resolved.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[str, str] = {}
        self._sdk: dict[str, bool] = {}

    def source(self, trace: source_pb2.StackTrace) -> Source | None:
        """The innermost place outside of the SDKs, or None where it is in no file."""
        position = next((frame.pc for frame in trace.frames if not self._is_sdk(frame.pc.uri)), None)
        if position is None or not position.uri or position.uri.startswith(_OWN):
            return None
        file = self._files.get(position.uri)
        if file is None:
            file = self._files[position.uri] = self.path(unquote(urlparse(position.uri).path))
        return Source(file=file, line=position.line)

    def _is_sdk(self, uri: str) -> bool:
        known = self._sdk.get(uri)
        if known is None:
            parts = Path(unquote(urlparse(uri).path)).parts
            package = next((parts[parts.index(folder) + 1] for folder in _INSTALLED if folder in parts), "")
            known = self._sdk[uri] = package == "pulumi" or package.startswith("pulumi_")
        return known

    def path(self, path: str) -> str:
        """A path relative to the project, or to what it was installed or imported from."""
        if not Path(path).is_absolute():
            return Path(path).as_posix()
        parts = Path(path).parts
        for folder in _INSTALLED:
            if folder in parts:
                return "/".join(parts[parts.index(folder) + 1 :])
        for base in (self._root, *sorted(_import_roots(), key=lambda item: -len(item.parts))):
            if Path(path).is_relative_to(base):
                return Path(path).relative_to(base).as_posix()
        return Path(path).name


def _import_roots() -> list[Path]:
    return [Path(entry).resolve() for entry in sys.path if entry]
