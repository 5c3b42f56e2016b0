"""The component of pulumi_eks, simulated: registers with the engine what the real one makes for a bare cluster.

A cluster without nodes, security groups, add-ons and OIDC provider is all that homeport asks for; whatever needs more
is refused. Unlike the real one it does not wait until the API server answers.
https://github.com/pulumi/pulumi-eks/blob/v4.4.0/nodejs/eks/cluster/cluster.ts
"""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Any, Final

import grpc
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from tests.engine.simcloud.plugin import Plugin
from tests.engine.simcloud.sdk_schema import package_version
from tests.engine.simcloud.values import UNKNOWN, Properties, at, decode, derived, encode, plain, reference, urns_in

COMPONENT: Final = "eks:index:Cluster"
CLUSTER: Final = "aws:eks/cluster:Cluster"
PROVIDER: Final = "pulumi:providers:kubernetes"

#: What must be asked for, lest the real component makes more than this one knows.
_BARE: Final[Mapping[str, bool | str]] = {
    "authenticationMode": "API",
    "skipDefaultNodeGroup": True,
    "skipDefaultSecurityGroups": True,
    "createOidcProvider": False,
    "useDefaultVpcCni": True,
    "kubeProxyAddonOptions.enabled": False,
    "corednsAddonOptions.enabled": False,
}
#: The component's inputs that a property of the cluster comes from; others have the same name in both.
_SOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "accessConfig": ("authenticationMode",),
    "encryptionConfig": ("encryptionConfigKeyArn",),
    "kubernetesNetworkConfig": ("kubernetesServiceIpAddressRange",),
    "roleArn": ("serviceRole",),
    "tags": (),
    "vpcConfig": ("subnetIds", "endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"),
}
_SAME: Final = frozenset(
    {
        "bootstrapSelfManagedAddons",
        "deletionProtection",
        "enabledClusterLogTypes",
        "name",
        "upgradePolicy",
        "version",
    }
)
#: The network is handed out again; the proxy is for waiting for the API server.
_OTHER: Final = frozenset({"vpcId", "proxy"})
_KNOWN: Final = {*(path.partition(".")[0] for path in _BARE), *chain(*_SOURCES.values()), *_SAME, *_OTHER}

#: What the component hands out of things that it does not make here.
_EMPTY: Final = (
    "autoModeNodeRoleName",
    "clusterIngressRuleId",
    "defaultNodeGroupAsgName",
    "fargateProfileId",
    "fargateProfileStatus",
    "oidcProviderArn",
)

#: A value, and URNs of what it comes from.
_Output = tuple[Any, AbstractSet[str]]
_NOTHING: Final[AbstractSet[str]] = frozenset()


class EksComponents(Plugin):
    """The plugin of pulumi_eks, in the tests' own process. It keeps nothing: the engine has all."""

    def __init__(self) -> None:
        super().__init__("eks")

    def Handshake(self, request: Any, context: Any) -> Any:
        # Without these the engine would send the id of a role instead of the role.
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def DiffConfig(self, request: Any, context: Any) -> Any:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConfigureResponse(acceptSecrets=True, acceptResources=True, supportsPreview=True)

    def Construct(self, request: Any, context: Any) -> Any:
        problems = list(_problems(request.type, decode(request.inputs)))
        if problems:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the simulated pulumi_eks {'; '.join(problems)}")
        largest = [(f"grpc.max_{way}_message_length", 400 << 20) for way in ("send", "receive")]
        with grpc.insecure_channel(request.monitorEndpoint, options=largest) as channel:
            try:
                return _Construction(request, resource_pb2_grpc.ResourceMonitorStub(channel)).run()
            except grpc.RpcError as refused:
                # The engine has already told people what went wrong with a child.
                error: Any = refused
                context.abort(error.code(), error.details())


def _problems(type_: str, inputs: Properties) -> Iterator[str]:
    """Why a component cannot be simulated."""
    if type_ != COMPONENT:
        yield f"knows no {type_}"
        return
    for path, needed in _BARE.items():
        if plain(at(inputs, *path.split("."))) != needed:
            yield f"needs {path} to be {json.dumps(needed)}"
    if "serviceRole" not in inputs:
        yield "needs a serviceRole"
    unknown = sorted(inputs.keys() - _KNOWN)
    if unknown:
        yield f"knows no input {', '.join(unknown)}"


class _Construction:
    """One component while it is built.

    Args:
        request: the engine's.
        monitor: of the engine, for registering and looking up.
    """

    def __init__(self, request: Any, monitor: Any) -> None:
        self._request = request
        self._monitor = monitor
        self._inputs = decode(request.inputs)

    def run(self) -> Any:
        """Register everything; what the component hands out."""
        component = self._register_component()
        inputs = self._cluster_inputs()
        urns = {key: self._behind(*_SOURCES.get(key, (key,))) for key in inputs}
        cluster = self._register_child(component.urn, CLUSTER, "eksCluster", inputs, urns)
        made = decode(cluster.object)
        after: AbstractSet[str] = {cluster.urn}
        kubeconfig = derived(
            _kubeconfig,
            at(made, "name"),
            at(made, "endpoint"),
            at(made, "certificateAuthority", "data"),
            at(made, "arn"),
        )
        as_json = derived(_compact, kubeconfig)
        provider = self._register_child(
            component.urn, PROVIDER, "eks-k8s", {"kubeconfig": as_json}, {"kubeconfig": after}
        )
        issuer = at(made, "identities", 0, "oidcs", 0, "issuer")
        group = at(made, "vpcConfig", "clusterSecurityGroupId")
        return self._answer(
            component.urn,
            {
                "core": self._core(inputs, made, kubeconfig, cluster, provider),
                "eksCluster": (reference(cluster.urn, cluster.id), after),
                "kubeconfig": (kubeconfig, after),
                "kubeconfigJson": (as_json, after),
                # Without groups of the component's own, both are the one that EKS makes.
                "clusterSecurityGroupId": (group, after),
                "nodeSecurityGroupId": (group, after),
                "oidcProviderUrl": (issuer, after),
                "oidcIssuer": (derived(_without_scheme, issuer), after),
                "instanceRoles": ([], _NOTHING),
                **dict.fromkeys(_EMPTY, ("", _NOTHING)),
            },
        )

    def _cluster_inputs(self) -> Properties:
        given = self._inputs
        network = {key: given.get(key) for key in _SOURCES["vpcConfig"]}
        inputs: Properties = {
            **{key: given.get(key) for key in _SAME},
            "bootstrapSelfManagedAddons": given.get("bootstrapSelfManagedAddons", True),
            "roleArn": self._arn_of(plain(at(given, "serviceRole", "urn"))),
            "vpcConfig": _given(network),
            "tags": {"Name": f"{self._request.name}-eksCluster"},
            "accessConfig": {
                "authenticationMode": given["authenticationMode"],
                "bootstrapClusterCreatorAdminPermissions": True,
            },
        }
        if "kubernetesServiceIpAddressRange" in given:
            inputs["kubernetesNetworkConfig"] = derived(_services, given["kubernetesServiceIpAddressRange"])
        if "encryptionConfigKeyArn" in given:
            inputs["encryptionConfig"] = derived(_encryption, given["encryptionConfigKeyArn"])
        return _given(inputs)

    def _core(self, inputs: Properties, made: Properties, kubeconfig: Any, cluster: Any, provider: Any) -> _Output:
        """All in one, as the component hands it to node groups: as a whole unknown or secret."""
        given = self._inputs
        core: Properties = {
            "accessEntries": [],
            "autoModeNodeRoleName": "",
            "cluster": reference(cluster.urn, cluster.id),
            "clusterIamRole": given.get("serviceRole"),
            "encryptionConfig": inputs.get("encryptionConfig"),
            "endpoint": at(made, "endpoint"),
            "instanceRoles": [],
            "kubeconfig": kubeconfig,
            "nodeGroupOptions": _given({"version": given.get("version")}),
            "provider": reference(provider.urn, provider.id),
            "storageClasses": {},
            "subnetIds": given.get("subnetIds"),
            "vpcId": given.get("vpcId"),
        }
        whole = derived(dict[str, Any], _given(core))
        behind = {*self._behind("subnetIds", "vpcId", "encryptionConfigKeyArn", "version"), cluster.urn}
        if whole != UNKNOWN:
            behind |= {*self._behind("serviceRole"), provider.urn}
        elif given["serviceRole"] == UNKNOWN:
            # References in a value that is unknown are not looked at; this is none.
            behind |= self._behind("serviceRole")
        return whole, behind

    # --- with the engine

    def _behind(self, *inputs: str) -> AbstractSet[str]:
        """URNs of what inputs come from."""
        urns, given = self._request.inputDependencies, self._request.inputs.fields
        listed = {urn for key in inputs if key in urns for urn in urns[key].urns}
        return listed.union(*(urns_in(given[key]) for key in inputs if key in given))

    def _arn_of(self, urn: str) -> Any:
        """ARN of a resource that the program made."""
        if urn == UNKNOWN:
            return UNKNOWN
        answer = self._monitor.Invoke(
            resource_pb2.ResourceInvokeRequest(
                tok="pulumi:pulumi:getResource", args=encode({"urn": urn}), acceptResources=True
            )
        )
        return at(decode(getattr(answer, "return")), "state", "arn")

    def _register_component(self) -> Any:
        given = self._request
        own = {key: self._behind(key) for key in self._inputs}
        asked = self._asked(given.parent, COMPONENT, given.name, self._inputs, own)
        asked.dependencies.extend(given.dependencies)
        asked.providers.update(given.providers)
        asked.aliases.extend(given.aliases)
        asked.ignoreChanges.extend(given.ignoreChanges)
        asked.replaceOnChanges.extend(given.replaceOnChanges)
        for operation in ("create", "update", "delete"):
            setattr(asked.customTimeouts, operation, getattr(given.customTimeouts, operation))
        asked.retainOnDelete = given.retainOnDelete
        asked.deletedWith = given.deletedWith
        return self._monitor.RegisterResource(asked)

    def _register_child(
        self, parent: str, type_: str, role: str, inputs: Properties, urns: Mapping[str, AbstractSet[str]]
    ) -> Any:
        asked = self._asked(parent, type_, f"{self._request.name}-{role}", inputs, urns)
        asked.custom = True
        if type_ == CLUSTER:
            asked.provider = self._request.providers.get("aws", "")
            asked.ignoreChanges.extend(
                ["accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons"]
            )
        asked.version = package_version("aws" if type_ == CLUSTER else "kubernetes")
        return self._monitor.RegisterResource(asked)

    def _asked(
        self, parent: str, type_: str, name: str, inputs: Properties, urns: Mapping[str, AbstractSet[str]]
    ) -> Any:
        """What is the same in every registration; protection passes from a component to its children."""
        behind = resource_pb2.RegisterResourceRequest.PropertyDependencies
        return resource_pb2.RegisterResourceRequest(
            type=type_,
            name=name,
            parent=parent,
            object=encode(inputs),
            protect=self._request.protect,
            dependencies=sorted(set(chain(*urns.values()))),
            propertyDependencies={key: behind(urns=sorted(urns[key])) for key in urns},
            acceptSecrets=True,
            acceptResources=True,
            supportsPartialValues=True,
            aliasSpecs=True,
        )

    def _answer(self, urn: str, outputs: Mapping[str, _Output]) -> Any:
        there = {key: output for key, output in outputs.items() if output[0] is not None}
        state = encode({key: value for key, (value, _) in there.items()})
        self._monitor.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn=urn, outputs=state))
        behind = provider_pb2.ConstructResponse.PropertyDependencies
        return provider_pb2.ConstructResponse(
            urn=urn,
            state=state,
            stateDependencies={key: behind(urns=sorted(urns)) for key, (_, urns) in there.items()},
        )


def _given(properties: Properties) -> Properties:
    """Without what there is not."""
    return {key: value for key, value in properties.items() if value is not None}


def _services(addresses: str) -> Properties:
    return {"serviceIpv4Cidr": addresses, "ipFamily": "ipv4"}


def _encryption(key: str) -> Properties:
    return {"provider": {"keyArn": key}, "resources": ["secrets"]}


def _without_scheme(url: str) -> str:
    return url.removeprefix("https://")


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _kubeconfig(name: str, endpoint: str, certificate: str, arn: str) -> Properties:
    """What logs in with the AWS CLI; in JSON its keys come in this order."""
    arguments = ["--region", arn.split(":")[3], "eks", "get-token", "--cluster-name", name, "--output", "json"]
    login = "client.authentication.k8s.io/v1beta1"
    return {
        "apiVersion": "v1",
        "clusters": [
            {"cluster": {"server": endpoint, "certificate-authority-data": certificate}, "name": "kubernetes"}
        ],
        "contexts": [{"context": {"cluster": "kubernetes", "user": "aws"}, "name": "aws"}],
        "current-context": "aws",
        "kind": "Config",
        "users": [
            {
                "name": "aws",
                "user": {
                    "exec": {
                        "apiVersion": login,
                        "command": "aws",
                        "args": arguments,
                        "env": [{"name": "KUBERNETES_EXEC_INFO", "value": json.dumps({"apiVersion": login})}],
                    }
                },
            }
        ],
    }
