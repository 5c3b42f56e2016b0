"""What `restore` and `backup` do, on any store."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from .calls import patiently
from .cluster import Cluster
from .entries import BadEntryError, Entry, fill, missing, pack, room, unpack

#: Seconds for which a refusal is taken to pass. Google Cloud lets a grant take up to seven minutes.
#: https://cloud.google.com/iam/docs/access-change-propagation
_PATIENCE: Final = 480.0
#: Keys for which there must be room after a backup, so that somebody is told before there is none.
_RESERVE: Final = 2


class Failure(Exception):  # noqa: N818 - what is wrong, in words
    """Why the work is not done."""


class Store(Protocol):
    """A cloud's secret store."""

    def read(self, name: str) -> bytes | None:
        """The newest value of an entry; None where there never was one."""
        ...

    def write(self, name: str, value: bytes) -> None:
        """Add a value to an entry."""
        ...


def restore(
    cluster: Cluster,
    store: Store,
    *,
    parts: Sequence[str],
    also: Sequence[str] = (),
    sleep: Callable[[float], object] = time.sleep,
) -> str:
    """Put the store's keys into the cluster; what is there stays as it is.

    Args:
        cluster: where to.
        store: where from.
        parts: entries that may be empty still.
        also: entries of a cluster that is gone; they must hold something.
        sleep: waits.

    Returns:
        What was done.
    """
    kept = [one for name in parts for one in _read(store, name, sleep)]
    for name in also:
        found = _read(store, name, sleep)
        if not found:
            raise Failure(f"{name}, from which to restore, is not there or holds nothing: take its name out or mend it")
        kept.extend(found)
    there, _ = patiently(cluster.keys, _PATIENCE, sleep=sleep)
    wanted = missing(there, kept)
    added = [one.name for one in wanted if patiently(lambda one=one: cluster.add(one), _PATIENCE, sleep=sleep)]
    names = f" ({', '.join(added)})" if added else ""
    return f"{len(kept)} keys in the store, {len(there)} were in the cluster, {len(added)} put back{names}"


def backup(
    cluster: Cluster,
    store: Store,
    *,
    parts: Sequence[str],
    sleep: Callable[[float], object] = time.sleep,
) -> str:
    """Put the cluster's keys into the store; nothing leaves it.

    Returns:
        What was done.

    Raises:
        Failure: not every key is in the store, or hardly another will fit.
    """
    there, broken = patiently(cluster.keys, _PATIENCE, sleep=sleep)
    if not there and not broken:
        raise Failure(f"there is no sealing key in the namespace {cluster.namespace}: is the controller running?")
    filling = fill([_read(store, name, sleep) for name in parts], there, cluster.namespace)
    for index in filling.changed:
        _write(store, parts[index], pack(filling.parts[index], cluster.namespace), sleep)
    more = "raise addons.sealed-secrets.backup.parts in the stack file"
    if filling.left:
        raise Failure(f"no room for {', '.join(filling.left)}: {more}")
    if broken:
        raise Failure(f"Secrets that should be sealing keys and are none: {'; '.join(broken)}: mend or delete them")
    free = room(filling.parts, cluster.namespace)
    if free < _RESERVE:
        raise Failure(f"all {len(there)} keys are in the store, but there is room for {free} more only: {more}")
    return (
        f"{len(there)} keys in the cluster, {len(filling.added)} added to the store, {len(filling.updated)} updated,"
        f" room for {free} more"
    )


def _read(store: Store, name: str, sleep: Callable[[float], object]) -> list[Entry]:
    value = patiently(lambda: store.read(name), _PATIENCE, sleep=sleep)
    try:
        return [] if value is None else unpack(value)
    except BadEntryError as error:
        raise Failure(f"{name} in the store cannot be read: {error}") from None


def _write(store: Store, name: str, value: bytes, sleep: Callable[[float], object]) -> None:
    """Write, and read again: a backup that nobody could read is none."""
    patiently(lambda: store.write(name, value), _PATIENCE, sleep=sleep)
    for pause in (0.0, 2.0, 5.0, 10.0):
        sleep(pause)
        if patiently(lambda: store.read(name), _PATIENCE, sleep=sleep) == value:
            return
    raise Failure(f"{name} was written, and reads differently: another program writes it")
