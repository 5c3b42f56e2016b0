"""What the stack of a state store is called.

Pure: nothing here imports pulumi, so that the command starts fast.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from homeport.bootstrap.args import AnyStateStoreArgs

PROJECT: Final = "homeport-bootstrap"
STACK: Final = "admin"


def settings(args: AnyStateStoreArgs, adopt: Mapping[str, str]) -> dict[str, Any]:
    """The stack's configuration, as its file holds it.

    Args:
        args: what the store is made from.
        adopt: logical name to the id of what is taken over.
    """
    config: dict[str, Any] = {f"{PROJECT}:store": args.model_dump(mode="json")}
    return {**config, f"{PROJECT}:adopt": dict(adopt)} if adopt else config
