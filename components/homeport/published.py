"""What one stack publishes and another reads: one output, a versioned model, checked before the first resource.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from homeport.problems import Problem, SettingsError

M = TypeVar("M", bound=BaseModel)


def published(model: type[M], value: object, *, output: str, version: int, stack: str, strict: bool = True) -> M:
    """Read an output of a cluster's stack.

    Args:
        model: its shape.
        value: what the stack reference gave; numbers may be floats, as they come over the wire.
        output: its name, for the texts.
        version: of the shape that this homeport reads.
        stack: name of that stack, for the texts.
        strict: whether values must have their types already; off for shapes with integers and tuples, which come over
            the wire as floats and lists.

    Raises:
        SettingsError: there is no such output, or it is of another version, or not complete; each problem stands at the
            setting `cluster_stack`.
    """

    def problem(rule: str) -> Problem:
        fix = f"run pulumi up -s {stack} with this version of homeport first"
        return Problem(("cluster_stack",), rule, fix, stack)

    if not isinstance(value, Mapping):
        raise SettingsError([problem(f"the stack {stack} has published no output {output}")])
    found = {str(key): item for key, item in cast("Mapping[object, Any]", value).items()}
    given = found.get("version")
    if given != version:
        shown = int(given) if isinstance(given, float) else given
        rule = f"the output {output} of the stack {stack} has version {shown}; this homeport reads {version}"
        raise SettingsError([problem(rule)])
    try:
        return model.model_validate({**found, "version": version}, strict=None if strict else False)
    except ValidationError as error:
        raise SettingsError(
            problem(
                f"the output {output} of the stack {stack} is not complete at"
                f" {'.'.join(str(part) for part in item['loc'])}: {item['msg']}"
            )
            for item in error.errors(include_input=False, include_url=False)
        ) from None
