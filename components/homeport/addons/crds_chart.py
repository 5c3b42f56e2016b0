"""A chart of definitions that is too large for a Helm release.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from homeport.addons.items import Chart

#: Passes on, of what a chart renders, the definitions alone.
#: https://helm.sh/docs/topics/advanced/#post-rendering
DEFINITIONS_ALONE: Final = r"""
import re, sys

documents = re.split(r"(?m)^---.*$", sys.stdin.read())
definition = re.compile(r'(?m)^(\{.*)?"?kind"?: *"?CustomResourceDefinition\b')
print("---".join(f"\n{one}\n" for one in documents if definition.search(one)))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsChart(Chart):
    """A chart whose objects are applied one by one, each a resource of its own.

    Helm keeps a release, with every template of its chart, in one Secret, whose size Kubernetes limits to 1 MiB. These
    objects are upgraded like any other and stay in the cluster when the add-on goes: with a definition every object of
    its kind would go, whoever made it. No hooks are run, and `skip_crds` and `timeout` say nothing here.

    Attributes:
        alone: keep the definitions and drop all else that the chart renders, for one that cannot be told to render
            nothing else. A program of a few lines does it, which needs `python3` where Pulumi runs.
    """

    alone: bool = False
