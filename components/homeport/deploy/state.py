"""What the engine has written down of a stack: what a lost run had begun to make, and what is guarded.

https://www.pulumi.com/docs/iac/cli/commands/pulumi_stack_export/; secrets stay encrypted in it, and no input but names
and places is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeport.deploy.fields import mapping, sequence, text_of

#: Inputs of a provider resource that say where its resources are.
_PLACE: Final = ("project", "region", "profile")


@dataclass(frozen=True, slots=True)
class Pending:
    """A resource whose creation was begun, and whose end nobody has written down.

    Attributes:
        urn: of the resource.
        type: type token.
        inputs: its own.
        place: project, region and profile of its provider, as far as they are known.
    """

    urn: str
    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    place: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def name(self) -> str:
        """Logical name."""
        return self.urn.split("::", 3)[-1]


@dataclass(frozen=True, slots=True)
class State:
    """A stack's state.

    Attributes:
        pending: what was begun, each resource once, in the order of its beginning.
        guarded: logical names of what the engine or its cloud refuses to delete.
        count: how many resources there are, without the stack itself.
    """

    pending: tuple[Pending, ...] = ()
    guarded: tuple[str, ...] = ()
    count: int = 0


def state(document: object) -> State:
    """The state in the document that `pulumi stack export` prints; an empty one where there is none."""
    deployment = mapping(mapping(document).get("deployment"))
    resources = [mapping(item) for item in sequence(deployment.get("resources"))]
    providers = {
        f"{text_of(item.get('urn'))}::{text_of(item.get('id'))}": _place(item)
        for item in resources
        if text_of(item.get("type")).startswith("pulumi:providers:")
    }
    pending: dict[str, Pending] = {}
    for item in sequence(deployment.get("pending_operations")):
        resource = mapping(mapping(item).get("resource"))
        urn = text_of(resource.get("urn"))
        if mapping(item).get("type") == "creating" and urn:
            place = providers.get(text_of(resource.get("provider")), {})
            pending[urn] = Pending(urn, text_of(resource.get("type")), mapping(resource.get("inputs")), place)
    guarded = [text_of(item.get("urn")).split("::", 3)[-1] for item in resources if _is_guarded(item)]
    count = sum(text_of(item.get("type")) != "pulumi:pulumi:Stack" for item in resources)
    return State(tuple(pending.values()), tuple(dict.fromkeys(guarded)), count)


def _place(provider: Mapping[str, Any]) -> dict[str, str]:
    inputs = mapping(provider.get("inputs"))
    return {key: value for key in _PLACE if (value := text_of(inputs.get(key)))}


def _is_guarded(resource: Mapping[str, Any]) -> bool:
    """By the engine, or by the cloud's own switch: Google's provider looks for it in the state, AWS at the cluster."""
    inputs = mapping(resource.get("inputs"))
    switch = inputs.get("deletionProtection") is True and text_of(resource.get("type")).startswith(("gcp:", "aws:"))
    return resource.get("protect") is True or switch
