"""Resource options that Pulumi accepts in silence when they are wrong.

In Python, `ignore_changes` and `replace_on_changes` translate top-level names only: a nested path in snake case is
sent as it is and ignores nothing. `paths` checks every path against the resource class before it is used.
"""

from __future__ import annotations

import re
from typing import Any

import pulumi


def paths(resource: type[pulumi.CustomResource], *wanted: str) -> list[str]:
    """Check property paths for `ignore_changes` or `replace_on_changes` of a resource class.

    Args:
        resource: the generated class, for example `gcp.container.NodePool`.
        wanted: property paths as the provider spells them: camelCase, dots between levels, `[*]` for list items.

    Returns:
        The paths, in the given order.

    Raises:
        ValueError: a path is not camelCase, or its first name is no property of the class.
    """
    known: set[str] = {_camel(name) for name in dir(resource) if isinstance(getattr(resource, name, None), property)}
    for path in wanted:
        head = re.split(r"[.\[]", path, maxsplit=1)[0]
        if "_" in path:
            raise ValueError(f"{path!r}: write nested property paths in camelCase, {_camel(path)!r}")
        if head not in known:
            raise ValueError(f"{path!r}: {resource.__name__} has no property {head!r}; it has {sorted(known)}")
    return list(wanted)


def merge(base: pulumi.ResourceOptions, extra: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    """`base` with what `extra` adds or overrides."""
    merged: Any = pulumi.ResourceOptions.merge(base, extra)
    return merged


def _camel(text: str) -> str:
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), text)
