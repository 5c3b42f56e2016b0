"""What failed, as far as a remedy needs to know.

Of a resource's inputs only names of Kubernetes objects are shown, and of a text only what is a name or an address.
Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeport.deploy.fields import mapping, text_of
from homeport.deploy.kinds import of_aws

#: Nothing that a shell or a terminal would take for more than a name.
_SAFE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,252}")


@dataclass(frozen=True, slots=True)
class Subject:
    """What failed, as far as a remedy needs to know.

    Attributes:
        name: logical name, or that of the program.
        type: type token; empty for the program.
        operation: what was done to it.
        text: what was said.
        stack: of the run.
        again: the command that does the run again.
        inputs: of the resource; nothing but a Kubernetes object's name and namespace is ever shown.
    """

    name: str
    type: str
    operation: str
    text: str
    stack: str
    again: str
    inputs: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)

    @property
    def pool(self) -> str | None:
        """The node pool that this is, as the stack file names it."""
        is_pool = re.search(r"container/nodePool:|eks/nodeGroup:", self.type)
        return re.split(r"-pool\b", self.name)[0] if is_pool and "-pool" in self.name else None

    @property
    def object(self) -> str | None:
        """The Kubernetes object as `kubectl` takes it: `deployment web -n shop`."""
        if not self.type.startswith("kubernetes:"):
            return None
        metadata = mapping(self.inputs.get("metadata")) or self.inputs
        kind, name = self.type.rpartition(":")[2], text_of(metadata.get("name"))
        return f"{kind.lower()} {name}{self.place}" if _SAFE.fullmatch(name) else None

    @property
    def place(self) -> str:
        """Of a Kubernetes object ` -n NAMESPACE`; empty where it lies in none or none is known."""
        namespace = text_of((mapping(self.inputs.get("metadata")) or self.inputs).get("namespace"))
        return f" -n {namespace}" if _SAFE.fullmatch(namespace) else ""

    @property
    def on_aws(self) -> bool:
        """Whether AWS has answered; by the type, or by the text where nothing else says whose it is."""
        if self.type:
            return self.type.startswith(("aws:", "eks:", "pulumi:providers:aws"))
        return of_aws(self.text)

    def found(self, pattern: str, otherwise: str) -> str:
        """The first name or address in the text that the pattern's only group stands for, or a word to fill in."""
        match = re.search(pattern, self.text)
        return match[1] if match and _SAFE.fullmatch(match[1]) else otherwise
