"""What a program would make, without engine, credentials or network.

`record` runs a function, `evaluate` a whole project; both give a `Graph`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeport.plan.graph import Graph, Options, Resource, Source, known

if TYPE_CHECKING:
    from homeport.plan.recording import record as record

__all__ = ["Graph", "Options", "Resource", "Source", "known", "record"]


def __getattr__(name: str) -> Any:
    # Lazy: reading and drawing a plan that was saved needs no SDK.
    if name == "record":
        from homeport.plan.recording import record as function  # noqa: PLC0415

        return function
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
