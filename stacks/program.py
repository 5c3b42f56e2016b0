"""Loads the stack's settings and builds its layer: what `__main__.py` runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pulumi

from homeport.problems import Location, Problem, SettingsError
from homeport.settings import Loaded, engine_config, load
from homeport.settings.stack_file import shown_path
from stacks.settings import AppsStack, ClusterStack, GlobalStack, Stack

ROOT = Path(__file__).resolve().parent.parent


async def main() -> pulumi.Inputs:
    """Build the stack that is selected; return its outputs.

    Raises:
        pulumi.RunError: the settings are wrong: all problems, with file and line.
    """
    try:
        loaded: Loaded[GlobalStack | ClusterStack | AppsStack]
        loaded = load(Stack, root=ROOT, stack=pulumi.get_stack(), engine=engine_config())
        try:
            return await _build(loaded.settings)
        except SettingsError as error:  # what only other stacks or the components know
            raise SettingsError(_placed(problem, loaded) for problem in error.problems) from None
    except SettingsError as error:
        raise pulumi.RunError(str(error)) from None


async def _build(settings: GlobalStack | ClusterStack | AppsStack) -> pulumi.Inputs:
    labels = settings.labels(project=pulumi.get_project(), stack=pulumi.get_stack())
    if isinstance(settings, GlobalStack):
        # Imported when needed: each layer brings SDKs that the other does not use.
        from stacks import global_layer

        return global_layer.build(settings, labels=labels)
    if isinstance(settings, AppsStack):
        from stacks import apps_layer

        return await apps_layer.build(settings, labels=labels)
    from stacks import cluster_layer, shared

    found = None
    if settings.global_ is not None:
        found = shared.choose(await shared.read(settings.global_), settings, stack=settings.global_)
    return cluster_layer.build(
        settings,
        labels=labels,
        zone=None if found is None else found.zone,
        zone_role=None if found is None else found.zone_role,
        registry=settings.registry or (None if found is None else shared.registry_of(found.globals, settings)),
    )


def _location(path: tuple[str | int, ...], loaded: Loaded[GlobalStack | ClusterStack | AppsStack]) -> Location | None:
    """Where a value stands, or the first entry of a map; failing that, what it would stand in."""
    for length in range(len(path), 0, -1):
        here = path[:length]
        for known, origin in loaded.origins.items():
            if known[:length] == here and origin.location is not None:
                return origin.location
    return None


def _placed(problem: Problem, loaded: Loaded[GlobalStack | ClusterStack | AppsStack]) -> Problem:
    """A problem that was found after loading, where it has a place in a file: named as there."""
    location = _location(problem.path, loaded)
    if problem.location is not None or location is None:
        return problem
    related = tuple(shown_path(path) for path in problem.related)
    return replace(problem, path=shown_path(problem.path), related=related, location=location)
