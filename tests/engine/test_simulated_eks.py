"""The simulated component of pulumi_eks by itself, and message by message beside the real one. Needs no engine."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import alias_pb2, provider_pb2, provider_pb2_grpc

from tests.engine import programs
from tests.engine.logins import install_logins
from tests.engine.processes import Processes, wait_until
from tests.engine.recording_monitor import RecordingMonitor
from tests.engine.simcloud.eks_component import CLUSTER, COMPONENT, PROVIDER, EksComponents
from tests.engine.simcloud.server import CloudServer
from tests.engine.simcloud.values import SIGNATURE, UNKNOWN, Properties, Secret, decode, encode, reference

URN = "urn:pulumi:stack::project::"
ROLE, SUBNET, KEY = f"{URN}aws:iam/role:Role::role", f"{URN}aws:ec2/subnet:Subnet::a", f"{URN}aws:kms/key:Key::key"
AWS, EKS = f"{URN}pulumi:providers:aws::aws", f"{URN}pulumi:providers:eks::eks"
PARENT = f"{URN}outer:O::cluster"
INNER = f"{URN}outer:O$eks:index:Cluster$aws:eks/cluster:Cluster::cluster-eks-eksCluster"
MADE: Properties = {
    "arn": "arn:aws:eks:eu-central-1:222233334444:cluster/stage",
    "endpoint": "https://127.0.0.1:6443",
    "certificateAuthority": {"data": "Q0E="},
    "identities": [{"oidcs": [{"issuer": "https://oidc.example/id/A"}]}],
}
BARE: Properties = {
    "name": "stage",
    "version": "1.34",
    "vpcId": "vpc-1",
    "subnetIds": ["subnet-1"],
    "serviceRole": reference(ROLE, "role-1"),
    "authenticationMode": "API",
    "skipDefaultNodeGroup": True,
    "skipDefaultSecurityGroups": True,
    "createOidcProvider": False,
    "useDefaultVpcCni": True,
    "kubeProxyAddonOptions": {"enabled": False},
    "corednsAddonOptions": {"enabled": False},
}
FULL: Properties = {
    **BARE,
    "bootstrapSelfManagedAddons": False,
    "deletionProtection": True,
    "enabledClusterLogTypes": ["api", "audit"],
    "encryptionConfigKeyArn": "arn:key",
    "endpointPrivateAccess": True,
    # The real component waits for a public endpoint, and none is there.
    "endpointPublicAccess": False,
    "kubernetesServiceIpAddressRange": "172.20.0.0/16",
    "proxy": "http://proxy.example:3128",
    "upgradePolicy": {"supportType": "STANDARD"},
}


def output(urn: str) -> Properties:
    """An unknown value as the engine sends it to components."""
    return {SIGNATURE: "d0e6a833031e9bbcd3f4e8bde6ca49a4", "dependencies": [urn]}


def asked(inputs: Properties, **options: Any) -> Any:
    """The engine's request for the component."""
    behind = provider_pb2.ConstructRequest.PropertyDependencies
    given: Properties = {"dependencies": [f"{URN}aws:cloudwatch/logGroup:LogGroup::logs"], **options}
    return provider_pb2.ConstructRequest(
        project="project",
        stack="stack",
        organization="organization",
        parallel=16,
        accepts_output_values=True,
        type=COMPONENT,
        name="cluster-eks",
        parent=PARENT,
        inputs=encode(inputs),
        inputDependencies={
            key: behind(urns=[urn])
            for key, urn in (("subnetIds", SUBNET), ("serviceRole", ROLE), ("encryptionConfigKeyArn", KEY))
            if key in inputs
        },
        providers={"aws": f"{AWS}::id-of-aws", "eks": f"{EKS}::id-of-eks"},
        **given,
    )


@dataclass(frozen=True)
class Case:
    """A request, and what the engine knows meanwhile.

    Attributes:
        name: of the case.
        request: for the component.
        made: outputs of the cluster.
        role: id and ARN of the cluster's role.
    """

    name: str
    request: Any
    made: Properties
    role: tuple[str, str] = ("role-1", "arn:role")


GROUP: Properties = {"vpcConfig": {"subnetIds": ["subnet-1"], "clusterSecurityGroupId": "sg-1"}}
FIRST = {
    **FULL,
    "vpcId": output(URN),
    "subnetIds": [output(SUBNET)],
    "serviceRole": reference(ROLE, ""),
    "encryptionConfigKeyArn": output(KEY),
}
CASES = [
    Case("bare", asked(BARE), {**MADE, **GROUP}),
    Case("full", asked(FULL), {**MADE, **GROUP}),
    Case("first preview", asked(FIRST, dryRun=True), dict.fromkeys(MADE, UNKNOWN), role=("", UNKNOWN)),
    Case("unknown role", asked({**FULL, "serviceRole": output(ROLE)}, dryRun=True), dict.fromkeys(MADE, UNKNOWN)),
    Case("preview of a change", asked(FULL, dryRun=True), {**MADE, **GROUP}),
    Case("secrets", asked({**FULL, "encryptionConfigKeyArn": Secret("arn:key")}), {**MADE, **GROUP}),
    Case("a secret endpoint", asked(FULL), {**MADE, **GROUP, "endpoint": Secret("https://127.0.0.1:6443")}),
    Case(
        "options",
        asked(
            FULL,
            protect=True,
            retainOnDelete=True,
            ignoreChanges=["version"],
            replaceOnChanges=["name"],
            customTimeouts=provider_pb2.ConstructRequest.CustomTimeouts(create="5m"),
            aliases=[
                alias_pb2.Alias(urn=f"{URN}eks:index:Cluster::old"),
                alias_pb2.Alias(spec=alias_pb2.Alias.Spec(name="older", parentUrn=PARENT)),
            ],
        ),
        {**MADE, **GROUP},
    ),
]


@pytest.fixture(scope="module")
def monitor() -> Iterator[RecordingMonitor]:
    made = RecordingMonitor()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def simulated() -> Iterator[Any]:
    """Stub of the simulated component's plugin."""
    server = CloudServer([EksComponents()])
    package, _, port = server.debug_providers.partition(":")
    assert package == "eks"
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    server.stop()


@pytest.fixture(scope="module")
def real(monitor: RecordingMonitor, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Stub of the real component's plugin."""
    if reason := programs.why_not_eks():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("plugin")
    install_logins(folder)
    log, processes = folder / "log", Processes()
    environment = {"PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}
    process = processes.start([programs.EKS, monitor.address], log=log, env=environment)
    wait_until(programs.EKS, lambda: "\n" in log.read_text(), seconds=60, process=process, log=log)
    with grpc.insecure_channel(f"127.0.0.1:{log.read_text().strip()}") as channel:
        yield provider_pb2_grpc.ResourceProviderStub(channel)
    processes.end_all()


def construct(plugin: Any, monitor: RecordingMonitor, case: Case) -> Any:
    """Build a component; the answer."""
    monitor.registered.clear()
    monitor.outputs.clear()
    monitor.made = {CLUSTER: case.made}
    role, arn = case.role
    monitor.state = {ROLE: (role, {"arn": arn}), AWS: ("id-of-aws", {}), EKS: ("id-of-eks", {})}
    request = provider_pb2.ConstructRequest()
    request.CopyFrom(case.request)
    request.monitorEndpoint = monitor.address
    return plugin.Construct(request, timeout=60)


def said(answer: Any, monitor: RecordingMonitor) -> list[str]:
    """All that a component has told the engine, line by line, without what differs from build to build."""
    registered = [
        {
            key: value
            for key, value in MessageToDict(request).items()
            # Versions are those that the real plugin was built with.
            if value and key not in {"version", "sourcePosition", "stackTrace", "supportsResultReporting"}
        }
        for request in monitor.registered
    ]
    behind = {key: sorted(urns.urns) for key, urns in answer.stateDependencies.items() if urns.urns}
    told = {
        "registered": [_in_order(request) for request in registered],
        "state": MessageToDict(answer.state),
        "behind": behind,
        "outputs": {urn: sorted(outputs) for urn, outputs in monitor.outputs.items()},
    }
    return json.dumps(told, indent=1, sort_keys=True).splitlines()


def _in_order(request: Properties) -> Properties:
    """Lists of URNs, in which the order says nothing, in one order; none where there are none."""
    below = {key: sorted(urns["urns"]) for key, urns in request.pop("propertyDependencies", {}).items() if urns}
    ordered = {key: sorted(request.pop(key)) for key in ("dependencies", "ignoreChanges") if key in request}
    return {**request, **ordered, "propertyDependencies": below}


@pytest.mark.engine_full
@pytest.mark.parametrize("one", CASES, ids=lambda one: one.name.replace(" ", "-"))
def test_the_real_component_says_the_same(real: Any, simulated: Any, monitor: RecordingMonitor, one: Case) -> None:
    expected = said(construct(real, monitor, one), monitor)
    assert [request.type for request in monitor.registered] == [COMPONENT, CLUSTER, PROVIDER]
    got = said(construct(simulated, monitor, one), monitor)
    if got != expected:
        pytest.fail("\n".join(difflib.unified_diff(expected, got, "real", "simulated", lineterm="")), pytrace=False)


def case(name: str) -> Case:
    return next(one for one in CASES if one.name == name)


def requests(monitor: RecordingMonitor) -> dict[str, Any]:
    return {request.type: request for request in monitor.registered}


def test_a_cluster_and_a_provider_are_registered_below_the_component(simulated: Any, monitor: RecordingMonitor) -> None:
    answer = construct(simulated, monitor, case("full"))
    component = f"{URN}outer:O$eks:index:Cluster::cluster-eks"
    assert [(request.type, request.name, request.parent, request.custom) for request in monitor.registered] == [
        (COMPONENT, "cluster-eks", PARENT, False),
        (CLUSTER, "cluster-eks-eksCluster", component, True),
        (PROVIDER, "cluster-eks-eks-k8s", component, True),
    ]
    assert answer.urn == component
    assert monitor.outputs[component] == decode(answer.state)
    assert decode(answer.state)["eksCluster"] == reference(INNER, "id-of-cluster-eks-eksCluster")
    assert list(answer.stateDependencies["eksCluster"].urns) == [INNER]


def test_the_engine_is_asked_for_resources_and_unknown_values_as_they_are(simulated: Any) -> None:
    answer = simulated.Handshake(provider_pb2.ProviderHandshakeRequest())
    assert (answer.accept_secrets, answer.accept_resources, answer.accept_outputs) == (True, True, True)


def test_what_a_resource_waits_for_is_what_its_inputs_come_from(simulated: Any, monitor: RecordingMonitor) -> None:
    construct(simulated, monitor, case("full"))
    cluster, provider = requests(monitor)[CLUSTER], requests(monitor)[PROVIDER]
    behind = {key: list(urns.urns) for key, urns in cluster.propertyDependencies.items() if urns.urns}
    assert behind == {"roleArn": [ROLE], "vpcConfig": [SUBNET], "encryptionConfig": [KEY]}
    assert set(cluster.dependencies) == {ROLE, SUBNET, KEY}
    assert list(provider.dependencies) == [INNER]
    # The log group is the component's alone, as with the real one.
    assert f"{URN}aws:cloudwatch/logGroup:LogGroup::logs" in requests(monitor)[COMPONENT].dependencies


def test_a_first_preview_knows_what_the_program_says_and_no_more(simulated: Any, monitor: RecordingMonitor) -> None:
    state = decode(construct(simulated, monitor, case("first preview")).state)
    inputs = decode(requests(monitor)[CLUSTER].object)
    unknown = ("roleArn", "encryptionConfig")
    assert {key: inputs[key] for key in unknown} == dict.fromkeys(unknown, UNKNOWN)
    assert (inputs["version"], inputs["vpcConfig"]["endpointPublicAccess"]) == ("1.34", False)
    computed = ("core", "kubeconfig", "kubeconfigJson", "oidcIssuer", "oidcProviderUrl")
    assert {key: state[key] for key in computed} == dict.fromkeys(computed, UNKNOWN)
    assert decode(requests(monitor)[PROVIDER].object) == {"kubeconfig": UNKNOWN}


def test_what_is_made_from_a_secret_is_secret_and_nothing_else(simulated: Any, monitor: RecordingMonitor) -> None:
    state = decode(construct(simulated, monitor, case("secrets")).state)
    inputs = decode(requests(monitor)[CLUSTER].object)
    assert {key for key, value in inputs.items() if isinstance(value, Secret)} == {"encryptionConfig"}
    assert {key for key, value in state.items() if isinstance(value, Secret)} == {"core"}
    state = decode(construct(simulated, monitor, case("a secret endpoint")).state)
    secret = {key for key, value in state.items() if isinstance(value, Secret)}
    assert secret == {"core", "kubeconfig", "kubeconfigJson"}
    assert isinstance(decode(requests(monitor)[PROVIDER].object)["kubeconfig"], Secret)


def test_children_are_protected_with_the_component_and_its_other_options_are_its_own(
    simulated: Any, monitor: RecordingMonitor
) -> None:
    construct(simulated, monitor, case("options"))
    component, cluster, provider = monitor.registered
    assert [component.protect, cluster.protect, provider.protect] == [True] * 3
    assert [component.retainOnDelete, cluster.retainOnDelete, provider.retainOnDelete] == [True, False, False]
    assert [alias.urn or alias.spec.name for alias in component.aliases] == [f"{URN}eks:index:Cluster::old", "older"]
    assert (list(component.ignoreChanges), component.customTimeouts.create) == (["version"], "5m")
    assert cluster.provider == f"{AWS}::id-of-aws"


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        (asked({**BARE, "skipDefaultNodeGroup": False}), "needs skipDefaultNodeGroup to be true"),
        (asked({**BARE, "corednsAddonOptions": {}}), "needs corednsAddonOptions.enabled to be false"),
        (asked({key: value for key, value in BARE.items() if key != "serviceRole"}), "needs a serviceRole"),
        (asked({**BARE, "instanceType": "m7i.large", "fargate": True}), "knows no input fargate, instanceType"),
        (provider_pb2.ConstructRequest(type="eks:index:NodeGroup"), "knows no eks:index:NodeGroup"),
    ],
)
def test_what_the_simulated_component_would_leave_out_is_refused(
    simulated: Any, monitor: RecordingMonitor, request_: Any, says: str
) -> None:
    with pytest.raises(grpc.RpcError, match=f"the simulated pulumi_eks {says}"):
        construct(simulated, monitor, Case("", request_, MADE))
    assert monitor.registered == []


def test_a_child_that_fails_fails_the_component(simulated: Any, monitor: RecordingMonitor) -> None:
    monitor.refused = {CLUSTER: "Error 400: no"}
    try:
        with pytest.raises(grpc.RpcError, match="Error 400: no"):
            construct(simulated, monitor, case("full"))
    finally:
        monitor.refused = {}
    assert [request.type for request in monitor.registered] == [COMPONENT]
    assert monitor.outputs == {}
