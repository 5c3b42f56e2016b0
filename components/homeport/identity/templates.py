"""Documents with blanks: how pure rendering works with names that only the cloud can say.

Outputs are taken out of a permission and replaced by marks, rendering joins marks and text as if they were names, and
`fill` puts the outputs back into the finished text. So documents are rendered, measured and tested without pulumi.

Nothing here imports pulumi: outputs are joined by their own methods.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from homeport.model import In, Model, is_output

if TYPE_CHECKING:
    import pulumi

M = TypeVar("M", bound=Model)

#: Characters that no cloud's name, ARN or prefix may hold, so that marks cannot be mistaken for text.
_MARK: Final = re.compile(r"\u27ea([A-Za-z0-9]+\.[a-z0-9_]+)#(\d+)\u27eb")

#: The most characters that each field can have where it is an output: what a document is measured with.
LONGEST: Final[Mapping[str, int]] = {
    "ArtifactRepository.location": 63,
    "ArtifactRepository.project": 30,
    "ArtifactRepository.repository": 63,
    "AutoscalingAdmin.cluster": 100,
    "AwsScope.account": 12,
    "AwsScope.cluster": 100,
    "BucketRef.name": 63,
    "CloudDnsZone.name": 63,
    "CloudDnsZone.project": 30,
    "EcrRepositories.account": 12,
    "EcrRepositories.repositories": 256,
    "GcpScope.project": 30,
    "GcpScope.project_number": 19,
    "KeyRef.aws": 128,
    "KeyRef.gcp": 255,
    "LoadBalancerAdmin.cluster": 100,
    "LoadBalancerAdmin.vpc": 21,
    "RoleRef.aws": 640,
    "Route53Zone.zone_id": 32,
    "SecretReader.gcp_project": 30,
    "SecretRef.name": 512,
    "SecretWriter.gcp_project": 30,
    "ServiceAccount.email": 85,
    "ServiceAccount.project": 30,
    "SnapshotAdmin.cluster": 100,
    "TrustScope.cluster_arn": 256,
    "TrustScope.issuer": 128,
    "TrustScope.provider_arn": 256,
    "VolumeAdmin.cluster": 100,
}


class Blanks:
    """The outputs of one workload's permissions, each with the mark that stands for it."""

    def __init__(self) -> None:
        self._marks: dict[int, str] = {}
        self._outputs: dict[str, Any] = {}

    def mark(self, value: In[str], field: str) -> str:
        """A plain value as it is; for an output the mark that stands for it, always the same one.

        Args:
            value: the value of a field.
            field: `Class.field`, a key of `LONGEST`.
        """
        if not is_output(value):
            return cast("str", value)
        if id(value) not in self._marks:
            mark = f"\u27ea{field}#{len(self._marks)}\u27eb"
            LONGEST[field]  # a field without a length could make a document that is too long
            self._marks[id(value)] = mark
            self._outputs[mark] = value
        return self._marks[id(value)]

    def plain(self, value: M) -> M:
        """A copy of a permission or reference in which marks stand for outputs, all the way down."""
        name = type(value).__name__
        found = {field: self._item(getattr(value, field), f"{name}.{field}") for field in type(value).model_fields}
        return value.model_copy(update=found)

    def _item(self, value: Any, field: str) -> Any:
        if is_output(value):
            return self.mark(value, field)
        if isinstance(value, Model):
            return self.plain(value)
        if isinstance(value, list):
            return [self._item(item, field) for item in cast("list[Any]", value)]
        return value

    def fill(self, text: str, *, escape: Callable[[str], str] = str) -> In[str]:
        """Put the outputs back.

        Args:
            text: with or without marks.
            escape: how a value is written inside the text, see `in_json`.

        Returns:
            The text itself where it has no mark, the output itself where it is nothing but a mark.
        """
        parts = re.split(f"({_MARK.pattern.replace('(', '(?:')})", text)
        if len(parts) == 1:
            return text
        if parts[0] == parts[2] == "" and len(parts) == 3:
            return self._outputs[parts[1]]
        pieces = [self._outputs[part].apply(escape) if part in self._outputs else part for part in parts if part]
        return cast("type[pulumi.Output[str]]", type(self._outputs[parts[1]])).concat(*pieces)


def in_json(value: str) -> str:
    """A value as it stands inside a JSON string."""
    return json.dumps(value)[1:-1]


def longest(text: str) -> int:
    """The most characters that a text can have once its marks are filled."""
    return len(_MARK.sub(lambda mark: "x" * LONGEST[mark[1]], text))
