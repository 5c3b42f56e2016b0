"""Events as the engine writes them, by hand: small, in order, and with what follows a failure."""

from __future__ import annotations

from typing import Any

Event = dict[str, Any]

PROJECT = "urn:pulumi:stage::homeport::"
#: What the engine and the program say once something has failed.
AFTERMATH = (
    "grpc: the client connection is closing",
    "rpc error: code = Canceled desc = grpc: the client connection is closing",
    "rpc error: code = Unavailable desc = error reading from server: EOF",
    "resource monitor shut down while waiting on step's done channel",
    "context canceled",
    "Resource operation was cancelled for web",
    "update failed",
    "preview failed",
    'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nKeyboardInterrupt',
    "an unhandled error occurred: program exited with non-zero exit code: 1",
)


def urn(name: str, type_: str) -> str:
    return f"{PROJECT}homeport:a:B${type_}::{name}"


def before(name: str, type_: str, operation: str, *, planning: bool = False, inputs: Event | None = None) -> Event:
    return {"resourcePreEvent": {"metadata": _metadata(name, type_, operation, inputs), **_planning(planning)}}


def after(name: str, type_: str, operation: str, *, planning: bool = False) -> Event:
    return {"resOutputsEvent": {"metadata": _metadata(name, type_, operation, None), **_planning(planning)}}


def failed(name: str, type_: str, operation: str) -> Event:
    return {"resOpFailedEvent": {"metadata": _metadata(name, type_, operation, None), "status": 0, "steps": 3}}


def error(text: str, name: str = "", type_: str = "") -> Event:
    out: Event = {"message": f"<{{%fg 1%}}>{text}<{{%reset%}}>\n", "color": "raw", "severity": "error"}
    return {"diagnosticEvent": {**out, **({"urn": urn(name, type_)} if name else {})}}


def failing(name: str, type_: str, operation: str, text: str, *, inputs: Event | None = None) -> list[Event]:
    """A step that fails, from its beginning to its end."""
    return [before(name, type_, operation, inputs=inputs), error(text, name, type_), failed(name, type_, operation)]


def aftermath() -> list[Event]:
    return [*(error(text) for text in AFTERMATH), {"summaryEvent": {"result": "failed"}}, {"cancelEvent": {}}]


def _metadata(name: str, type_: str, operation: str, inputs: Event | None) -> Event:
    new = {"new": {"type": type_, "inputs": inputs}} if inputs is not None else {}
    return {"op": operation, "urn": urn(name, type_), "type": type_, **new}


def _planning(planning: bool) -> Event:
    return {"planning": True} if planning else {}
