"""Another stack whose outputs this one reads."""

from __future__ import annotations

import pulumi


def full_name(stack: str, *, read: str) -> str:
    """The name by which the engine finds another stack; says what is about to be read from it.

    Args:
        stack: a stack of this project, or ORGANIZATION/PROJECT/STACK of another one.
        read: what is read; for the text.
    """
    full = stack if "/" in stack else f"{pulumi.get_organization()}/{pulumi.get_project()}/{stack}"
    # The engine ends the program when the stack is not there, and nothing can catch that: so say it before.
    pulumi.log.info(f"reading {read} from the stack {full}; if it is not there: pulumi up -s {stack}")
    return full
