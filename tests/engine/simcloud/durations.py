"""How long operations take, in scaled time: the same table as for the makespan of a plan."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from homeport.plan.makespan import seconds_by_type

#: Components that a plan shows as one resource: the table has the time of the whole.
_WHOLE: Final = ("kubernetes:helm.sh/v4:Chart", "kubernetes:kustomize/v2:Directory", "eks:index:Cluster")


@dataclass(frozen=True)
class Durations:
    """Times of operations.

    What is in a component that the plan shows as one resource takes no time of its own: the component takes it.

    Attributes:
        table: simulated seconds that making a resource takes, by the beginning of its type.
        speed: simulated seconds per real second.
    """

    table: Mapping[str, float]
    speed: float

    def seconds(self, operation: str, urn: str) -> float:
        """Simulated seconds. Only making something takes time: deletions and changes are answered at once."""
        types = urn.split("::")[2].split("$")
        if operation != "create" or any(type_ in _WHOLE for type_ in types[:-1]):
            return 0.0
        return self._by_type(types[-1])

    def left(self, operation: str, urn: str, started: float) -> float:
        """Real seconds that an operation still has to take.

        Args:
            operation: `create`, `update` ...
            urn: of the resource.
            started: when it began, of the clock that only goes forward.
        """
        return max(0.0, self.seconds(operation, urn) / self.speed - (time.monotonic() - started))

    def as_json(self) -> str:
        """For another process."""
        return json.dumps({"table": dict(self.table), "speed": self.speed})

    @classmethod
    def from_json(cls, text: str) -> Durations:
        """What `as_json` wrote."""
        given: dict[str, Any] = json.loads(text)
        return cls(given["table"], given["speed"])

    @cached_property
    def _by_type(self) -> Any:
        return seconds_by_type(self.table)
