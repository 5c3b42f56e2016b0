"""Files of `homeport seal`: read whole, replaced at once or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from homeport.seal.errors import SealError


def read_bytes(path: Path) -> bytes:
    """What a file holds.

    Raises:
        SealError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SealError(f"{path} cannot be read: {error.strerror}") from None


def read_text(path: Path) -> str:
    """What a file of UTF-8 text holds.

    Raises:
        SealError: it cannot be read, or is something else.
    """
    return decoded(read_bytes(path), str(path))


def decoded(data: bytes, where: str) -> str:
    """Bytes as UTF-8 text.

    Raises:
        SealError: they are none.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SealError(f"{where} is not UTF-8 text") from None


def write_text(path: Path, text: str) -> None:
    """Replace a file, which keeps its mode, or make it.

    Raises:
        SealError: it cannot be written; it is then as it was.
    """
    try:
        path = path.resolve()  # a link stays a link: what it points to is written
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        temporary = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
            temporary.chmod(mode)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SealError(f"{path} cannot be written: {error.strerror}") from None
