"""Loads the stack's settings and builds its layer: what `__main__.py` runs."""

from __future__ import annotations

from pathlib import Path

import pulumi

from homeport.problems import SettingsError
from homeport.settings import engine_config, load
from stacks.settings import ClusterStack, GlobalStack, Stack

ROOT = Path(__file__).resolve().parent.parent


async def main() -> pulumi.Inputs:
    """Build the stack that is selected; return its outputs.

    Raises:
        pulumi.RunError: the settings are wrong: all problems, with file and line.
    """
    try:
        loaded = load(Stack, root=ROOT, stack=pulumi.get_stack(), engine=engine_config())
        settings: GlobalStack | ClusterStack = loaded.settings
        labels = settings.labels(project=pulumi.get_project(), stack=pulumi.get_stack())
        if isinstance(settings, GlobalStack):
            # Imported when needed: each layer brings SDKs that the other does not use.
            from stacks import global_layer

            return global_layer.build(settings, labels=labels)
        from stacks import cluster_layer, shared

        zone = None
        if settings.global_ is not None:
            zone = shared.zone_of(await shared.read(settings.global_), settings.domain, stack=settings.global_)
        return cluster_layer.build(settings, labels=labels, zone=zone)
    except SettingsError as error:  # a component finds what only it can know
        raise pulumi.RunError(str(error)) from None
