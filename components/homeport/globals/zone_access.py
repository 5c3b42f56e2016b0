"""What a workload of a cluster needs to keep the records of a zone of the global layer: external-dns, cert-manager.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from homeport.globals.globals_output import Zone
from homeport.identity.permissions import DnsEditor, RoleAssumer
from homeport.identity.refs import CloudDnsZone, RoleRef, Route53Zone, ServiceAccount, ZoneRef
from homeport.problems import Problem, SettingsError


def zone_permission(name: str, zone: Zone, *, owner: str, stack: str) -> DnsEditor | RoleAssumer:
    """The permission for `WorkloadPermissions`.

    In the zone's own account or project the workload keeps the zone itself. From any other it takes on the zone's
    identity: on AWS the client must be told to assume `zone.editor.identity`, on Google Cloud the service account gets
    `WorkloadPermissions.service_account_annotations`.

    Args:
        name: of the zone, as published.
        zone: the zone.
        owner: account or project of the cluster.
        stack: name of the global stack, for the texts.

    Raises:
        SettingsError: workloads of that account or project may not keep the zone. The problem stands at the setting
            `global`.
    """
    if owner == (zone.account if zone.cloud == "aws" else zone.project):
        if zone.cloud == "aws":
            return DnsEditor(zones=[ZoneRef(name=zone.domain, aws=Route53Zone(zone_id=zone.id))])
        assert zone.project is not None  # noqa: S101 - it is the owner
        return DnsEditor(zones=[ZoneRef(name=zone.domain, gcp=CloudDnsZone(project=zone.project, name=zone.name))])
    editor = zone.editor
    if editor is None or owner not in editor.owners:
        raise SettingsError([_refused(name, zone, owner, stack)])
    label = f"zone-{name}"
    if zone.cloud == "aws":
        return RoleAssumer(role=RoleRef(label=label, aws=editor.identity))
    account = ServiceAccount(project=editor.project or "", email=editor.identity)
    return RoleAssumer(role=RoleRef(label=label, gcp=account))


def _refused(name: str, zone: Zone, owner: str, stack: str) -> Problem:
    what, section = ("account", "aws.accounts") if zone.cloud == "aws" else ("project", "gcp.projects")
    known = ", ".join(zone.editor.owners) if zone.editor is not None else "none"
    return Problem(
        ("global",),
        f"the zone {name} ({zone.domain}) of the stack {stack} is kept by workloads of these {what}s: {known}; this"
        f" cluster's {what} is {owner}",
        f"in Pulumi.{stack}.yaml name {owner} in homeport:{section}, and that name in homeport:dns.zones.{name}.editors"
        f" if there is such a list; then run pulumi up -s {stack}",
        stack,
        related=(("domain",), ("cluster", what)),
    )
