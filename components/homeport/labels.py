"""Labels (Google Cloud, Kubernetes) and tags (AWS) that everything carries.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from homeport.model import Model, rule_error

#: https://cloud.google.com/resource-manager/docs/labels-overview#requirements
_GCP_VALUE: Final = re.compile(r"[a-z0-9_-]{0,63}")


def _label_value(value: str) -> str:
    if not value or not _GCP_VALUE.fullmatch(value):
        raise rule_error(
            "must be 1 to 63 characters of a-z, 0-9, _ and -: it becomes a Google Cloud label value",
            f'write "{suggest_label(value)}"' if suggest_label(value) else "",
        )
    return value


def suggest_label(text: str) -> str:
    """The nearest text that a Google Cloud label value can hold; empty where nothing is left of it."""
    return re.sub(r"[^a-z0-9_-]+", "-", text.lower()).strip("-")[:63]


#: Labels that may change while a stack lives. What is made anew when its labels change, as a storage class or a launch
#: template, does without them: it says by its stack whose it is.
CHANGING: Final = frozenset({"owner", "cost-centre"})

#: Text that may stand in a label on every cloud.
LabelValue = Annotated[str, AfterValidator(_label_value)]


class Labels(Model):
    """Who and what a resource belongs to."""

    project: LabelValue
    """Pulumi project."""
    environment: LabelValue
    """For example stage or prod."""
    stack: LabelValue
    """Pulumi stack: the state file that owns the resource."""
    owner: LabelValue
    """The team that answers for it."""
    cost_centre: LabelValue
    """Where its cost is booked."""

    def gcp(self) -> dict[str, str]:
        """As Google Cloud resource labels."""
        return {**_pairs(self), "managed-by": "homeport"}

    def aws(self) -> dict[str, str]:
        """As AWS tags.

        https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
        """
        return {**_pairs(self), "managed-by": "homeport"}

    def kubernetes(self) -> dict[str, str]:
        """As Kubernetes labels.

        https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
        """
        own = {f"homeport.dev/{key}": value for key, value in _pairs(self).items()}
        return {"app.kubernetes.io/managed-by": "homeport", **own}


def _pairs(labels: Labels) -> dict[str, str]:
    return {
        "project": labels.project,
        "environment": labels.environment,
        "stack": labels.stack,
        "owner": labels.owner,
        "cost-centre": labels.cost_centre,
    }
