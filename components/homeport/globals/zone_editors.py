"""`ZoneEditors`: identities that keep zones' records, for workloads of clusters in other accounts and projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from homeport.cluster.gke_args import ProjectId
from homeport.globals import documents, zone_documents
from homeport.globals.dns import DnsZone
from homeport.globals.dns_plan import editor_name
from homeport.globals.globals_output import ZoneEditor
from homeport.globals.values import AccountId, AwsRegion
from homeport.identity import aws_documents, render_aws
from homeport.identity.aws_scope import AwsScope
from homeport.identity.permissions import DNS_RECORD_PERMISSIONS, DnsEditor
from homeport.identity.refs import Route53Zone, ZoneRef
from homeport.identity.role_paths import LENT
from homeport.identity.templates import Blanks, in_json


@dataclass(frozen=True)
class Lenders:
    """Who lets workloads take on an identity on Google Cloud: whoever deploys the clusters.

    Attributes:
        deploy: name to member that changes who may take it on.
        preview: name to member that sees it.
    """

    deploy: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])
    preview: Mapping[str, pulumi.Input[str]] = field(default_factory=dict[str, pulumi.Input[str]])


class ZoneEditors(pulumi.ComponentResource):
    """For each zone one identity that keeps its records and no other right.

    AWS: a role that workloads' roles of the clusters' accounts assume; nothing in the global account changes when a
    cluster comes or goes. Google Cloud: a service account that workloads become; the cluster's stack says which, so its
    deploying identity may change who takes the account on, and nothing else of the global project.
    See docs/adr/0009-who-reaches-the-global-layer.md.
    """

    identities: Mapping[str, ZoneEditor]
    """Zone to what its workloads take on; zones without are those that no cluster's workloads keep."""

    def __init__(
        self,
        name: str,
        zones: Mapping[str, DnsZone],
        *,
        owners: Mapping[str, Mapping[str, str]],
        account: AccountId | None = None,
        region: AwsRegion | None = None,
        project: ProjectId | None = None,
        lenders: Mapping[str, Lenders] | None = None,
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the identities.

        Args:
            name: prefix of the children's names.
            zones: name to zone.
            owners: zone to name to account or project whose clusters' workloads keep it; none: no identity.
            account: AWS account of the zones; needed where one stands on Route 53.
            region: of the global layer on AWS.
            project: Google Cloud project of the zones; needed where one stands on Cloud DNS.
            lenders: zone on Cloud DNS to who lets workloads take on its identity.
            ready: what enables the APIs dns and iam on Google Cloud.
            opts: with the aws and gcp providers of the zones' clouds in `providers`.
        """
        super().__init__("homeport:globals:ZoneEditors", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        kept = {key: zone for key, zone in zones.items() if owners.get(key)}
        found: dict[str, ZoneEditor] = {}
        for key, zone in kept.items():
            if zone.cloud == "aws" and account is not None and region is not None:
                found[key] = self._role(key, zone, account, region, sorted(owners[key].values()))
        google = {key: zone for key, zone in kept.items() if zone.cloud == "gcp"}
        if google and project is not None:
            self._ready = pulumi.ResourceOptions(parent=self, depends_on=list(ready))
            records, lending = self._custom_roles(project)
            for key, zone in google.items():
                who = (lenders or {}).get(key, Lenders())
                self._account(key, zone, project, records, lending, who)
                email = f"{editor_name(key)}@{project}.iam.gserviceaccount.com"
                found[key] = ZoneEditor(identity=email, project=project, owners=sorted(owners[key].values()))
        self.identities = {key: found[key] for key in zones if key in found}
        self.register_outputs({})

    def _role(
        self, key: str, zone: DnsZone, account: AccountId, region: AwsRegion, owners: Sequence[AccountId]
    ) -> ZoneEditor:
        role = aws.iam.Role(
            f"{self._name}-{key}",
            name=editor_name(key),
            path=LENT,
            description=f"Keeps the records of {zone.domain}",
            assume_role_policy=documents.to_json(zone_documents.trust(owners)),
            opts=self._child,
        )
        blanks = Blanks()
        permission = blanks.plain(DnsEditor(zones=[ZoneRef(name=zone.domain, aws=Route53Zone(zone_id=zone.id))]))
        statements = render_aws.statements([permission], AwsScope(account=account, region=region, cluster=""))
        aws.iam.RolePolicy(
            f"{self._name}-{key}-records",
            name="records",
            role=role.name,
            policy=blanks.fill(aws_documents.document(statements), escape=in_json),
            opts=self._child,
        )
        # Written out, not the role's own output: so a plan shows which role a cluster's workloads ask for.
        return ZoneEditor(identity=f"arn:aws:iam::{account}:role{LENT}{editor_name(key)}", owners=list(owners))

    def _custom_roles(self, project: ProjectId) -> tuple[gcp.projects.IAMCustomRole, gcp.projects.IAMCustomRole]:
        """Records without the zone itself, which roles/dns.admin could delete; and who may take an account on."""
        records = gcp.projects.IAMCustomRole(
            f"{self._name}-records",
            project=project,
            role_id="homeportDnsRecords",
            title="Records of zones",
            description="Keeps the records of a zone; cannot change or delete the zone",
            permissions=list(DNS_RECORD_PERMISSIONS),
            opts=self._ready,
        )
        lending = gcp.projects.IAMCustomRole(
            f"{self._name}-lending",
            project=project,
            role_id="homeportLending",
            title="Lending of service accounts",
            description="Says which workloads take a service account on; cannot change or delete it",
            permissions=[f"iam.serviceAccounts.{verb}" for verb in ("get", "getIamPolicy", "setIamPolicy")],
            opts=self._ready,
        )
        return records, lending

    def _account(
        self,
        key: str,
        zone: DnsZone,
        project: ProjectId,
        records: gcp.projects.IAMCustomRole,
        lending: gcp.projects.IAMCustomRole,
        lenders: Lenders,
    ) -> None:
        account = gcp.serviceaccount.Account(
            f"{self._name}-{key}",
            project=project,
            account_id=editor_name(key),
            display_name=f"Records of {zone.domain}",
            description=f"Keeps the records of {zone.domain}",
            opts=self._ready,
        )
        gcp.dns.DnsManagedZoneIamMember(
            f"{self._name}-{key}-records",
            project=project,
            managed_zone=zone.name,
            role=records.name,
            member=account.member,
            opts=self._child,
        )
        # Zones are listed by project, and external-dns looks for its zone.
        gcp.projects.IAMMember(
            f"{self._name}-{key}-reader",
            project=project,
            role="roles/dns.reader",
            member=account.member,
            opts=self._child,
        )
        grants: list[tuple[str, pulumi.Input[str], pulumi.Input[str]]] = [
            *((f"lender-{name}", lending.name, who) for name, who in lenders.deploy.items()),
            *((f"viewer-{name}", "roles/iam.serviceAccountViewer", who) for name, who in lenders.preview.items()),
        ]
        for suffix, role, member in grants:
            gcp.serviceaccount.IAMMember(
                f"{self._name}-{key}-{suffix}",
                service_account_id=account.name,
                role=role,
                member=member,
                opts=self._child,
            )
