"""A chart of definitions that is too large for a Helm release.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeport.addons.items import Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class DefinitionsChart(Chart):
    """A chart whose objects are applied one by one, each a resource of its own.

    Helm keeps a release, with every template of its chart, in one Secret, whose size Kubernetes limits to 1 MiB. These
    objects are upgraded like any other and stay in the cluster when the add-on goes: with a definition every object of
    its kind would go, whoever made it. No hooks are run, and `skip_crds` and `timeout` say nothing here.
    """
