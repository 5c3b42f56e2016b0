"""What kept something from being deleted, or its data from being lost, and is off now. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from homeport.plan.diff import Changed, Diff
from homeport.plan.diff_flags import Flag, Level, flag
from homeport.plan.diff_replacements import ignored, replaces
from homeport.plan.diff_state import loss
from homeport.plan.diff_values import ABSENT, Change, leaves
from homeport.plan.graph import Resource
from homeport.plan.text import value_text

#: Last key of a field to the values that guard; whatever else it says guards nothing. `*` stands for any parent.
_SWITCHES: Final[Mapping[tuple[str, ...], tuple[frozenset[Any], str]]] = {
    ("deletionProtection",): (frozenset({True, "ACTIVE"}), "the cloud no longer refuses to delete it"),
    ("deletionProtectionEnabled",): (frozenset({True}), "the cloud no longer refuses to delete it"),
    ("enableDeletionProtection",): (frozenset({True}), "the cloud no longer refuses to delete it"),
    ("deleteProtectionState",): (frozenset({"DELETE_PROTECTION_ENABLED"}), "the cloud no longer refuses to delete it"),
    ("enableDropProtection",): (frozenset({True}), "the cloud no longer refuses to drop it"),
    ("preventDestroy",): (frozenset({True}), "it can be destroyed"),
    ("versioning", "enabled"): (frozenset({True}), "what is overwritten or deleted is gone at once"),
    ("versioningConfiguration", "status"): (frozenset({"Enabled"}), "what is overwritten or deleted is gone at once"),
    ("objectLockEnabled",): (frozenset({True, "Enabled"}), "objects can be deleted before their time"),
    ("isLocked",): (frozenset({True}), "the retention can be shortened"),
    ("imageTagMutability",): (frozenset({"IMMUTABLE"}), "a tag can be moved to another image"),
    ("immutableTags",): (frozenset({True}), "a tag can be moved to another image"),
    ("enableKeyRotation",): (frozenset({True}), "the key is no longer rotated"),
    ("storageEncrypted",): (frozenset({True}), "data at rest is no longer encrypted"),
    ("encrypted",): (frozenset({True, "true"}), "data at rest is no longer encrypted"),
    ("atRestEncryptionEnabled",): (frozenset({True}), "data at rest is no longer encrypted"),
    ("transitEncryptionEnabled",): (frozenset({True}), "data on the wire is no longer encrypted"),
    ("backupConfiguration", "enabled"): (frozenset({True}), "no backups are made"),
    ("pointInTimeRecoveryEnabled",): (frozenset({True}), "it cannot be set back to an earlier time"),
    ("pointInTimeRecovery", "enabled"): (frozenset({True}), "it cannot be set back to an earlier time"),
    ("reclaimPolicy",): (frozenset({"Retain"}), "volumes go with their claims"),
    ("persistentVolumeReclaimPolicy",): (frozenset({"Retain"}), "the volume goes with its claim"),
    ("dnssecConfig", "state"): (
        frozenset({"on"}),
        "a parent that delegates with a DS record makes the zone unreachable",
    ),
    ("enableShieldedNodes",): (frozenset({True}), "nodes no longer prove what they booted"),
}
#: Fields that undo a guard when they become true.
_UNDOING: Final[Mapping[str, str]] = {
    "forceDestroy": "deleting it deletes what is in it",
    "forceDelete": "deleting it deletes what is in it",
    "forceDestroyWithContents": "deleting it deletes what is in it",
    "skipFinalSnapshot": "deleting it leaves no snapshot",
    "forceOverwriteReplicaSecret": "replicas are overwritten",
}
#: Amounts that guard the less the smaller they are.
_AMOUNTS: Final[Mapping[str, str]] = {
    "backupRetentionPeriod": "backups are kept for less time",
    "automatedBackupRetentionDays": "backups are kept for less time",
    "retainedBackups": "fewer backups are kept",
    "deletionWindowInDays": "there is less time to notice a deleted key",
    "recoveryWindowInDays": "there is less time to notice a deleted secret",
    "retentionDurationSeconds": "what was deleted can be had back for less time",
    "retentionPeriod": "what is stored may be deleted earlier",
    "retentionDays": "what is stored may be deleted earlier",
    "retentionInDays": "logs are kept for less time",
    "minAvailable": "more may be evicted at a time",
}
#: The cloud's default is on: a field that is not there guards.
_ON_BY_DEFAULT: Final = frozenset(
    {
        "gcp:container/cluster:Cluster",
        "gcp:sql/databaseInstance:DatabaseInstance",
        "gcp:bigquery/table:Table",
        "gcp:spanner/database:Database",
        "gcp:alloydb/cluster:Cluster",
        "gcp:redis/cluster:Cluster",
    }
)
#: Resources that are nothing but a guard of another one.
_GUARDS: Final[Mapping[str, tuple[Level, str]]] = {
    "aws:s3/bucketVersioning:BucketVersioning": ("danger", "its bucket keeps no old versions"),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": ("danger", "objects can be deleted early"),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (
        "caution",
        "its bucket encrypts with S3's own key",
    ),
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration": ("danger", "backups can be deleted early"),
    "aws:backup/selection:Selection": ("danger", "what it selected is no longer backed up"),
    "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": (
        "danger",
        "a parent that delegates with a DS record makes the zone unreachable",
    ),
    "kubernetes:policy/v1:PodDisruptionBudget": ("caution", "all of its pods may be evicted at a time"),
    "kubernetes:core/v1:ResourceQuota": ("caution", "the namespace may take the whole cluster"),
    "kubernetes:core/v1:LimitRange": ("caution", "containers without limits have none"),
}
#: Options of the engine that guard.
_OPTIONS: Final[Mapping[str, tuple[Level, str]]] = {
    "protect": ("danger", "the engine no longer refuses to delete or replace it"),
    "retain_on_delete": ("danger", "deleting it from the program deletes it in the cloud"),
    "deleted_with": ("caution", "it is deleted for itself, which fails where the owner is gone already"),
}


def guard_flags(diff: Diff) -> Iterator[Flag]:
    """Guards that are off in what both graphs have, and resources that only guarded and are gone."""
    for changed in diff.changed:
        yield from _options(changed)
        for change in changed.inputs:
            for leaf in leaves(change):
                if (text := _weaker(changed.after, leaf)) is not None:
                    yield flag("lost-protection", "danger", changed.after, text, path=leaf.path)
    if diff.head is None:
        return
    for resource in diff.removed:
        if resource.type in _GUARDS:
            level, text = _GUARDS[resource.type]
            yield flag("lost-protection", level, resource, f"is gone: {text}")


def _options(changed: Changed) -> Iterator[Flag]:
    before, after = changed.before.options, changed.after.options
    for change in changed.options:
        if change.parts[0] in _OPTIONS and change.after is ABSENT:
            level, text = _OPTIONS[change.parts[0]]
            yield flag(
                "lost-protection",
                level,
                changed.after,
                f"{change.parts[0]} is off: {text}",
                path=change.parts[0],
            )
    for path in sorted(set(before.ignore_changes) - set(after.ignore_changes)):
        yield _watched(changed.after, path)
    if not changed.renamed and set(before.aliases) - set(after.aliases):
        yield flag(
            "alias-removed",
            "caution",
            changed.after,
            "an alias is gone: a stack that was not updated since the rename deletes the resource and makes a new one",
            fix="keep it until every stack was updated",
            path="aliases",
        )


def _watched(resource: Resource, path: str) -> Flag:
    replaced = replaces(resource.type, Change(tuple(path.split(".")), 0, 1))
    text = f"ignore_changes no longer names {path}: the next update sets it to what the program says"
    text += ", and its change replaces the resource" if replaced else ""
    level: Level = "danger" if replaced and loss(resource.type) else "caution"
    return flag("lost-protection", level, resource, text, path="ignore_changes")


def _weaker(resource: Resource, change: Change) -> str | None:
    if not change.keys or ignored(change, resource.options.ignore_changes):
        return None
    last = change.keys[-1]
    before, after = change.before, change.after
    how = f"{change.path}: {_shown(before)} -> {_shown(after)}"
    for keys, (guarding, text) in _SWITCHES.items():
        if change.keys[-len(keys) :] == keys:
            on = [
                _in(value, guarding) or (value is ABSENT and resource.type in _ON_BY_DEFAULT and len(keys) == 1)
                for value in (before, after)
            ]
            return f"{how}: {text}" if on == [True, False] else None
    if last in _UNDOING and _true(after) and not _true(before):
        return f"{how}: {_UNDOING[last]}"
    if last in _AMOUNTS and (old := _number(before)) is not None:
        new = _number(after)
        if (new is not None and 0 < new < old) or (new == 0 and old > 0 and last != "retentionInDays"):
            return f"{how}: {_AMOUNTS[last]}"
        if after is ABSENT and last != "retentionInDays":
            return f"{how}: {_AMOUNTS[last]}, unless the cloud's default is as much"
        if last == "retentionInDays" and old == 0 and new:
            return f"{how}: {_AMOUNTS[last]}"
    return None


def _in(value: Any, guarding: frozenset[Any]) -> bool:
    return any(value is item if isinstance(item, bool) else value == item for item in guarding)


def _true(value: Any) -> bool:
    return value is True or value == "true"


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str):
        try:
            return float(value.removesuffix("s").removesuffix("%"))
        except ValueError:
            return None
    return None


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else value_text(value, 80)
