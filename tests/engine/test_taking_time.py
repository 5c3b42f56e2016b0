"""Operations take the time that the table has for them, and others go on meanwhile."""

# ruff: noqa: N802 - the methods' names are the protocol's

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from homeport.plan.makespan import DURATIONS
from tests.engine.simcloud.cloud import Cloud
from tests.engine.simcloud.durations import Durations
from tests.engine.taking_time import Passing, install_slow_plugins, read_journal

URN = "urn:pulumi:stage::homeport::"
TIMES = Durations(DURATIONS, speed=1000)


@pytest.mark.parametrize(
    ("operation", "types", "seconds"),
    [
        ("create", "homeport:cluster:GkeCluster$gcp:container/cluster:Cluster", 480),
        ("create", "kubernetes:core/v1:Namespace", 2),
        ("create", "eks:index:Cluster", 660),
        ("create", "eks:index:Cluster$aws:eks/cluster:Cluster", 0),
        ("create", "a:b:C$kubernetes:helm.sh/v4:Chart$kubernetes:apps/v1:Deployment", 0),
        ("delete", "gcp:container/cluster:Cluster", 0),
        ("update", "gcp:container/cluster:Cluster", 0),
        ("read", "gcp:container/cluster:Cluster", 0),
    ],
)
def test_making_takes_the_tables_time_and_what_is_in_a_component_none_of_its_own(
    operation: str, types: str, seconds: float
) -> None:
    assert TIMES.seconds(operation, f"{URN}{types}::name") == seconds


def test_time_is_scaled_and_work_counts_towards_it() -> None:
    urn = f"{URN}gcp:container/cluster:Cluster::gke"
    assert 0 < TIMES.left("create", urn, time.monotonic()) <= 0.48
    assert TIMES.left("create", urn, time.monotonic() - 1) == 0
    assert Durations.from_json(TIMES.as_json()) == TIMES


def test_a_cloud_without_durations_answers_at_once_and_one_with_them_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    urn = f"{URN}gcp:container/cluster:Cluster::gke"
    Cloud().take_time("create", urn, time.monotonic())
    assert slept == []
    Cloud(durations=Durations(DURATIONS, speed=0.001)).take_time("create", urn, time.monotonic())
    assert slept == pytest.approx([480_000], rel=0.01)


class Real(provider_pb2_grpc.ResourceProviderServicer):
    """A provider that makes everything but what is called `refused`, as long as three at a time ask for it."""

    def __init__(self) -> None:
        self._three = threading.Barrier(3)

    def Create(self, request: Any, context: Any) -> Any:
        if request.urn.endswith("::refused"):
            context.set_trailing_metadata((("detail-bin", b"why"),))
            context.abort(grpc.StatusCode.UNKNOWN, "no")
        if not request.preview:
            self._three.wait(60)
        return provider_pb2.CreateResponse(id=f"id of {request.urn}")

    def Construct(self, request: Any, context: Any) -> Any:
        return provider_pb2.ConstructResponse(urn="made")

    def GetSchema(self, request: Any, context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(schema="x" * (5 << 20))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "made.jsonl"


@pytest.fixture
def provider(journal: Path) -> Iterator[Any]:
    """The stub of a provider in front of the real one."""
    large = [("grpc.max_receive_message_length", 400 << 20)]
    real, front = (grpc.server(futures.ThreadPoolExecutor(8), options=large) for _ in range(2))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Real(), real)
    ports = real.add_insecure_port("127.0.0.1:0"), front.add_insecure_port("127.0.0.1:0")
    behind, before = (grpc.insecure_channel(f"127.0.0.1:{port}", options=large) for port in ports)
    front.add_generic_rpc_handlers((Passing(behind, Durations({"gcp:": 600, "eks:": 300}, 1000), journal),))
    real.start()
    front.start()
    yield provider_pb2_grpc.ResourceProviderStub(before)
    for channel in (before, behind):
        channel.close()
    for server in (front, real):
        server.stop(0).wait()


def test_answers_pass_and_those_that_make_something_come_in_their_time(provider: Any, journal: Path) -> None:
    started = time.monotonic()
    assert len(provider.GetSchema(provider_pb2.GetSchemaRequest()).schema) == 5 << 20
    made = [provider.Create.future(provider_pb2.CreateRequest(urn=f"{URN}gcp:x:X::{name}")) for name in "abc"]
    assert [future.result().id[-1] for future in made] == ["a", "b", "c"]
    assert provider.Construct(provider_pb2.ConstructRequest(stack="s", project="p", type="eks:i:C", name="c"))
    noted = read_journal(journal)
    assert sorted(taken.urn[-1] for taken in noted) == ["a", "b", "c", "c"]
    assert noted[-1].urn == "urn:pulumi:s::p::eks:i:C::c"
    for taken in noted:
        assert started < taken.started < taken.started + taken.worked <= taken.ended
        assert taken.ended - taken.started >= (0.3 if "eks:" in taken.urn else 0.6)


def test_a_preview_makes_nothing_and_takes_no_time(provider: Any, journal: Path) -> None:
    provider.Create(provider_pb2.CreateRequest(urn=f"{URN}gcp:x:X::a", preview=True))
    provider.Construct(provider_pb2.ConstructRequest(type="eks:i:C", name="c", dryRun=True))
    assert read_journal(journal) == []


def test_a_refusal_passes_with_all_that_it_carries_and_takes_no_time(provider: Any, journal: Path) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        provider.Create(provider_pb2.CreateRequest(urn=f"{URN}gcp:x:X::refused"))
    error: Any = refused.value
    assert (error.code(), error.details()) == (grpc.StatusCode.UNKNOWN, "no")
    assert ("detail-bin", b"why") in [(key, value) for key, value in error.trailing_metadata()]
    assert read_journal(journal) == []


def test_scripts_stand_before_the_plugins_that_are_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = tmp_path / "real"
    real.mkdir()
    (real / "pulumi-resource-eks").write_text("#!/bin/sh\nexit 7\n")
    (real / "pulumi-resource-eks").chmod(0o755)
    monkeypatch.setenv("PATH", str(real))
    folder = tmp_path / "bin"
    folder.mkdir()
    install_slow_plugins(folder, TIMES, tmp_path / "made.jsonl")
    assert {path.name for path in folder.iterdir()} == {"pulumi-resource-eks", "durations.json"}
    assert str(real / "pulumi-resource-eks") in (folder / "pulumi-resource-eks").read_text()
