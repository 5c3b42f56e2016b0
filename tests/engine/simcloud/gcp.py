"""Google Cloud: ids, what the cloud computes, what it answers to look-ups."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final

from tests.engine.simcloud.cloud import Cloud, CloudError
from tests.engine.simcloud.computed import all_properties
from tests.engine.simcloud.samples import Context
from tests.engine.simcloud.sdk_schema import TypeSchema
from tests.engine.simcloud.values import Properties, Secret, as_map, plain

KUBERNETES_VERSION: Final = "1.33"

#: Types whose name the provider makes up when the program gives none.
_NAMED: Final = re.compile(r"gcp:(compute|container|kms|dns/managedZone|storage/bucket)")
#: What the provider fills in and keeps among the inputs.
_DEFAULTS: Final[Mapping[str, Properties]] = {
    "gcp:container/cluster:Cluster": {"deletionProtection": True},
    "gcp:sql/databaseInstance:DatabaseInstance": {"deletionProtection": True},
}
#: Collections whose name in an id is not the type's with an s.
_COLLECTIONS: Final = {
    "Address": "addresses",
    "GlobalAddress": "addresses",
    "CryptoKey": "cryptoKeys",
    "Repository": "repositories",
}


class Gcp:
    """The simulated Google Cloud.

    Args:
        cloud: what is live.
        new_cluster: asked once for each new cluster: host of its DNS endpoint, `IP:port`, CA certificate (base64).
    """

    package = "gcp"

    def __init__(self, cloud: Cloud, new_cluster: Callable[[], tuple[str, str, str]]) -> None:
        self._cloud = cloud
        self._new_cluster = new_cluster

    def auto_name(self, token: str) -> str | None:
        """The property that holds a name, for types that get one."""
        return "name" if _NAMED.match(token) else None

    def defaults(self, token: str) -> Properties:
        """Inputs that the provider fills in."""
        return _DEFAULTS.get(token, {})

    def complete(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> Properties:
        """What the provider's configuration adds to the inputs."""
        return {}

    def changing(self, token: str) -> frozenset[str]:
        """Computed properties that the preview of an update does not know."""
        return frozenset()

    def stale(self, token: str, inputs: Properties, state: Properties, config: Properties) -> tuple[str, ...]:
        """Computed properties that another configuration of the provider changes: labels that all resources carry."""
        labelled = "pulumiLabels" in state
        return ("pulumiLabels",) if labelled and plain(state["pulumiLabels"]) != _labels(token, inputs, config) else ()

    def config_problem(self, inputs: Properties, schema: TypeSchema | None, config: Properties) -> str | None:
        """What is missing in the provider's configuration for a resource."""
        needs_project = schema is not None and "project" in schema.inputs
        if needs_project and not plain(inputs.get("project")) and not config.get("project"):
            return "project: required field is not set"
        return None

    def scope(self, token: str, config: Properties) -> str:
        """Within what the ids of a type are unique: they are everywhere."""
        return ""

    def create(self, token: str, name: str, inputs: Properties, config: Properties) -> tuple[str, Properties]:
        """Id and properties of a new resource."""
        given: Properties = plain(inputs)
        # Before anything is made up: a new cluster empties the control plane.
        self._cloud.refuse_taken(token, _id(token, _context(token, name, given, config), given))
        return self.computed(token, name, inputs, config, id_=None, old={})

    def update(self, token: str, id_: str, inputs: Properties, old: Properties, config: Properties) -> Properties:
        """Properties after an update; what the cloud gave at first stays."""
        return self.computed(token, id_.rsplit("/", 1)[-1], inputs, config, id_=id_, old=old)[1]

    def computed(
        self, token: str, name: str, inputs: Properties, config: Properties, *, id_: str | None, old: Properties
    ) -> tuple[str, Properties]:
        """Id and all properties of a resource."""
        given: Properties = plain(inputs)
        context = _context(token, name, given, config)
        new_id = id_ or _id(token, context, given)
        made = self._made(token, new_id, context, given, old=old)
        outputs = all_properties(token, context, inputs, made=made, old=old)
        if "effectiveLabels" in outputs:
            labels = _labels(token, given, config)
            outputs["pulumiLabels"] = Secret(labels)
            outputs["effectiveLabels"] = Secret({**labels, "goog-pulumi-provisioned": "true"})
        return new_id, outputs

    def invoke(self, token: str, arguments: Properties, config: Properties) -> Properties:
        """Answer of a data source.

        Raises:
            CloudError: nothing is known about it.
        """
        if token == "gcp:organizations/getProject:getProject":
            project = arguments.get("projectId") or config.get("project")
            number = str(int(hashlib.sha256(str(project).encode()).hexdigest()[:10], 16))
            return {"id": f"projects/{project}", "projectId": project, "name": project, "number": number, "labels": {}}
        if token == "gcp:storage/getProjectServiceAccount:getProjectServiceAccount":
            project = arguments.get("project") or config.get("project")
            email = f"service-{project}@gs-project-accounts.iam.gserviceaccount.com"
            return {"id": email, "project": project, "emailAddress": email, "member": f"serviceAccount:{email}"}
        if token == "gcp:dns/getKeys:getKeys":
            key = {"dsRecord": "12345 8 2 0123456789ABCDEF", "isActive": True, "algorithm": "rsasha256"}
            zone = arguments.get("managedZone")
            return {"id": zone, "managedZone": zone, "keySigningKeys": [key], "zoneSigningKeys": []}
        if token == "gcp:organizations/getClientConfig:getClientConfig":
            return {"id": "client", "project": config.get("project"), "region": config.get("region"), "zone": ""}
        raise CloudError(f"the simulated cloud knows no data source {token} (arguments {sorted(arguments)})")

    def _made(self, token: str, id_: str, context: Context, given: Properties, *, old: Properties) -> Properties:
        """What the cloud makes up for the types that programs read from."""
        if token == "gcp:container/cluster:Cluster":
            return {"selfLink": _self_link(context, id_), **self._cluster(given, old)}
        if token == "gcp:container/nodePool:NodePool":
            count = given.get("nodeCount", given.get("initialNodeCount", 1))
            return {"version": given.get("version") or f"{KUBERNETES_VERSION}.1-gke.100", "nodeCount": count}
        if token == "gcp:serviceaccount/account:Account":
            email = f"{given.get('accountId')}@{context.project}.iam.gserviceaccount.com"
            return {"email": email, "member": f"serviceAccount:{email}", "name": id_, "uniqueId": context.number}
        if token == "gcp:projects/serviceIdentity:ServiceIdentity":
            email = f"service-{context.number}@{context.name.split('.')[0]}.gserviceaccount.com"
            return {"email": email, "member": f"serviceAccount:{email}"}
        if token == "gcp:dns/managedZone:ManagedZone":
            return {"nameServers": [f"ns-cloud-a{number}.googledomains.com." for number in (1, 2, 3, 4)]}
        if token in {"gcp:compute/address:Address", "gcp:compute/globalAddress:GlobalAddress"}:
            return {"address": f"198.51.100.{int(context.digest[:2], 16)}", "selfLink": _self_link(context, id_)}
        if token.startswith("gcp:compute/"):
            return {"selfLink": _self_link(context, id_)}
        return {}

    def _cluster(self, given: Properties, old: Properties) -> Properties:
        if old:
            made = {key: old[key] for key in ("endpoint", "masterAuth", "controlPlaneEndpointsConfig") if key in old}
        else:
            host, address, certificate = self._new_cluster()
            made = {
                "endpoint": address,
                "masterAuth": {"clusterCaCertificate": certificate, "clientCertificate": "", "clientKey": Secret("")},
                "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": host}},
            }
        version = f"{given.get('minMasterVersion') or KUBERNETES_VERSION}.1-gke.100"
        return {**made, "masterVersion": version, "nodeVersion": version}


def _labels(token: str, inputs: Properties, config: Properties) -> Properties:
    """What the provider looks after: its default labels, and the program's on top."""
    own = plain(inputs.get("resourceLabels" if token.startswith("gcp:container/cluster") else "labels"))
    return {**(as_map(config.get("defaultLabels")) or {}), **(as_map(own) or {})}


def _context(token: str, name: str, given: Properties, config: Properties) -> Context:
    named = (given.get(key) for key in ("name", "accountId", "repositoryId", "service"))
    own_name = next((text for text in named if isinstance(text, str)), name)
    project = given.get("project") or config.get("project") or "no-project"
    region = given.get("region") or given.get("location") or config.get("region") or "europe-west3"
    return Context(token=token, name=own_name, project=project, region=region)


def _id(token: str, context: Context, given: Properties) -> str:
    kind = token.rsplit(":", 1)[-1]
    service = token.split(":")[1].split("/", maxsplit=1)[0]
    project = f"projects/{context.project}"
    if kind.lower().endswith("iammember"):
        targets = ("project", "secretId", "cryptoKeyId", "bucket", "serviceAccountId", "repository", "managedZone")
        what = (given.get(key) for key in targets)
        return "/".join(str(part) for part in (*what, given.get("role"), given.get("member")) if part)
    match kind:
        case "Account":
            return f"{project}/serviceAccounts/{context.name}@{context.project}.iam.gserviceaccount.com"
        case "Service" | "ServiceIdentity":
            return f"{project}/services/{given.get('service')}"
        case "Bucket":
            return context.name
        case "CryptoKey":
            return f"{given.get('keyRing')}/cryptoKeys/{context.name}"
        case "RecordSet":
            return f"{project}/managedZones/{given.get('managedZone')}/rrsets/{given.get('name')}/{given.get('type')}"
        case "NodePool":
            cluster = str(given.get("cluster")).rsplit("/", 1)[-1]
            return f"{project}/locations/{context.region}/clusters/{cluster}/nodePools/{context.name}"
        case "RouterNat":
            return f"{context.project}/{context.region}/{str(given.get('router')).rsplit('/', 1)[-1]}/{context.name}"
        case _:
            return f"{project}/{_place(service, kind, given, context)}{_collection(kind)}/{context.name}"


def _place(service: str, kind: str, given: Properties, context: Context) -> str:
    if given.get("location"):
        return f"locations/{given['location']}/"
    if service == "compute":
        regional = given.get("region") or kind in {"Subnetwork", "Router", "Address"}
        return f"regions/{context.region}/" if regional else "global/"
    return ""


def _collection(kind: str) -> str:
    return _COLLECTIONS.get(kind, f"{kind[0].lower()}{kind[1:]}s")


def _self_link(context: Context, id_: str) -> str:
    service = context.token.split(":")[1].split("/")[0]
    host = "www.googleapis.com/compute" if service == "compute" else f"{service}.googleapis.com"
    return f"https://{host}/v1/{id_}"
