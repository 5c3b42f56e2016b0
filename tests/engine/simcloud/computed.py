"""All properties of a resource: what was asked for, and what the cloud adds."""

from __future__ import annotations

from typing import Any

from tests.engine.simcloud.samples import Context, sample_outputs
from tests.engine.simcloud.sdk_schema import type_schema
from tests.engine.simcloud.values import Properties, as_map, plain


def all_properties(
    token: str, context: Context, inputs: Properties, *, made: Properties, old: Properties
) -> Properties:
    """All properties of a resource.

    Args:
        token: its type.
        context: what sampled values are made from.
        inputs: with secrets and the provider's own notes.
        made: what the cloud makes up for this type; of other types' properties nothing is taken.
        old: properties before an update, of which sampled values stay.
    """
    given: Properties = plain(inputs)
    schema = type_schema(token)
    made = {key: value for key, value in made.items() if schema is None or key in schema.outputs}
    sampled = sample_outputs(token, context)
    kept = {key: old[key] for key in sampled if key in old and key not in made}
    outputs = {**sampled, **kept, **made, **{key: value for key, value in inputs.items() if not key.startswith("__")}}
    outputs.update({key: _merged(given[key], value) for key, value in made.items() if key in given})
    return outputs


def _merged(given: Any, made: Any) -> Any:
    """What was asked for, with what the cloud adds to it."""
    asked, added = as_map(given), as_map(made)
    if asked is None or added is None:
        return given
    return {**added, **asked, **{key: _merged(asked[key], value) for key, value in added.items() if key in asked}}
