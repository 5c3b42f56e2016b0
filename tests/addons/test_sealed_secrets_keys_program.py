"""The program that keeps sealing keys, against stand-ins of API server and stores: what moves, what never does."""

from __future__ import annotations

import ast
import base64
import gzip
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.addons.sealed_secrets_args import KEYS_PER_PART
from homeport.addons.sealed_secrets_backup import program
from homeport.addons.sealed_secrets_keys.calls import RefusedError, patiently
from homeport.addons.sealed_secrets_keys.entries import (
    LABEL,
    LIMIT,
    BadEntryError,
    Entry,
    entry,
    fill,
    missing,
    pack,
    room,
    unpack,
)
from homeport.addons.sealed_secrets_keys.signing import Credentials, signed
from homeport.addons.sealed_secrets_keys.work import Failure, Store, backup, restore
from tests.addons.key_store_world import World, amazon_store, cluster_of, google_store, key

NAMESPACE = "sealed-secrets"
OpenStore = Callable[[World], AbstractContextManager[Store]]
both_stores = pytest.mark.parametrize("open_store", [google_store, amazon_store], ids=["google", "amazon"])


def no_sleep(seconds: float) -> None:
    del seconds


def store_of(world: World, *parts: str) -> None:
    for part in parts:
        world.entries[part] = []


@both_stores
def test_keys_of_a_lost_cluster_are_in_the_next_one_as_they_were(open_store: OpenStore) -> None:
    old = World()
    store_of(old, "one", "two")
    old.hold(key("key-a"), key("key-b", state="compromised"))
    with cluster_of(old) as cluster, open_store(old) as store:
        assert backup(cluster, store, parts=["one", "two"], sleep=no_sleep).startswith("2 keys in the cluster, 2 added")
    new = World(entries=old.entries)
    with cluster_of(new) as cluster, open_store(new) as store:
        said = restore(cluster, store, parts=["one", "two"], sleep=no_sleep)
    assert said == "2 keys in the store, 0 were in the cluster, 2 put back (key-a, key-b)"
    assert {name: secret["data"] for name, secret in new.secrets.items()} == {
        name: secret["data"] for name, secret in old.secrets.items()
    }
    assert new.secrets["key-b"]["metadata"]["labels"] == {LABEL: "compromised"}
    assert new.secrets["key-a"]["type"] == "kubernetes.io/tls"


@both_stores
def test_a_first_start_finds_nothing_to_restore_and_is_done(open_store: OpenStore) -> None:
    world = World()
    store_of(world, "one")
    with cluster_of(world) as cluster, open_store(world) as store:
        said = restore(cluster, store, parts=["one"], sleep=no_sleep)
    assert said == "0 keys in the store, 0 were in the cluster, 0 put back"


@both_stores
def test_a_run_without_news_writes_nothing(open_store: OpenStore) -> None:
    world = World()
    store_of(world, "one")
    world.hold(key("key-a"))
    with cluster_of(world) as cluster, open_store(world) as store:
        for _ in range(3):
            backup(cluster, store, parts=["one"], sleep=no_sleep)
    assert len(world.entries["one"]) == 1


@both_stores
def test_a_backup_of_a_cluster_that_lost_keys_loses_none(open_store: OpenStore) -> None:
    world = World()
    store_of(world, "one")
    world.hold(key("key-a"), key("key-b"))
    with cluster_of(world) as cluster, open_store(world) as store:
        backup(cluster, store, parts=["one"], sleep=no_sleep)
        del world.secrets["key-a"], world.secrets["key-b"]
        world.hold(key("key-c"))
        backup(cluster, store, parts=["one"], sleep=no_sleep)
    assert [one.name for one in unpack(world.entries["one"][-1])] == ["key-a", "key-b", "key-c"]


@both_stores
def test_a_key_marked_compromised_is_so_after_a_restore_too(open_store: OpenStore) -> None:
    world = World()
    store_of(world, "one")
    world.hold(key("key-a"))
    with cluster_of(world) as cluster, open_store(world) as store:
        backup(cluster, store, parts=["one"], sleep=no_sleep)
        world.hold(key("key-a", state="compromised"))
        assert "0 added to the store, 1 updated" in backup(cluster, store, parts=["one"], sleep=no_sleep)
    (kept,) = unpack(world.entries["one"][-1])
    assert kept.labels == {LABEL: "compromised"}


@both_stores
def test_what_the_store_cannot_show_is_never_written_over(open_store: OpenStore) -> None:
    world = World()
    world.entries["one"] = [b"somebody else's"]
    world.hold(key("key-a"))
    with cluster_of(world) as cluster, open_store(world) as store:
        for task in (backup, restore):
            with pytest.raises(Failure, match="one in the store cannot be read: its value is not a gzipped List"):
                task(cluster, store, parts=["one"], sleep=no_sleep)
    assert world.entries["one"] == [b"somebody else's"]


@both_stores
def test_a_store_entry_that_is_missing_is_an_error_when_it_is_written(open_store: OpenStore) -> None:
    world = World()
    world.hold(key("key-a"))
    with cluster_of(world) as cluster, open_store(world) as store, pytest.raises(RefusedError, match="write one"):
        backup(cluster, store, parts=["one"], sleep=no_sleep)


@both_stores
def test_rights_that_are_not_known_yet_are_waited_for(open_store: OpenStore) -> None:
    world = World()
    store_of(world, "one")
    world.refusals = [(403, {"error": {"status": "PERMISSION_DENIED"}}), (400, {"__type": "AccessDeniedException"})]
    waited: list[float] = []
    with cluster_of(world) as cluster, open_store(world) as store:
        restore(cluster, store, parts=["one"], sleep=waited.append)
    assert waited == [1.0, 2.0]


def test_patience_ends_and_what_cannot_pass_is_not_waited_for() -> None:
    now = [0.0]

    def sleep(seconds: float) -> None:
        now[0] += seconds

    def refused(status: int) -> Callable[[], None]:
        def ask() -> None:
            raise RefusedError("read one", status, "WHY")

        return ask

    with pytest.raises(RefusedError, match="read one: 403 WHY"):
        patiently(refused(403), 480, sleep=sleep, clock=lambda: now[0])
    assert 440 < now[0] <= 480
    now[0] = 0
    with pytest.raises(RefusedError, match="400"):
        patiently(refused(400), 480, sleep=sleep, clock=lambda: now[0])
    assert now[0] == 0


def test_keys_of_another_cluster_are_restored_and_then_kept_with_ones_own() -> None:
    world = World()
    store_of(world, "mine")
    world.entries["theirs"] = [pack([key("old")], "elsewhere")]
    with cluster_of(world) as cluster, google_store(world) as store:
        restore(cluster, store, parts=["mine"], also=["theirs"], sleep=no_sleep)
        assert world.secrets["old"]["metadata"]["namespace"] == NAMESPACE
        backup(cluster, store, parts=["mine"], sleep=no_sleep)
    assert [one.name for one in unpack(world.entries["mine"][-1])] == ["old"]


def test_restoring_from_an_entry_that_is_gone_fails_before_the_controller_can_start() -> None:
    world = World()
    store_of(world, "mine")
    with cluster_of(world) as cluster, google_store(world) as store, pytest.raises(Failure) as caught:
        restore(cluster, store, parts=["mine"], also=["theirs"], sleep=no_sleep)
    assert str(caught.value) == (
        "theirs, from which to restore, is not there or holds nothing: take its name out or mend it"
    )


def test_a_key_that_came_meanwhile_is_left_as_it_is() -> None:
    world = World()
    world.entries["one"] = [pack([key("key-a")], NAMESPACE)]
    world.hold(key("key-a"))
    with cluster_of(world) as cluster:
        assert cluster.add(key("key-a")) is False


def test_a_cluster_without_any_key_is_a_failure() -> None:
    world = World()
    store_of(world, "one")
    with cluster_of(world) as cluster, google_store(world) as store, pytest.raises(Failure) as caught:
        backup(cluster, store, parts=["one"], sleep=no_sleep)
    assert str(caught.value) == ("there is no sealing key in the namespace sealed-secrets: is the controller running?")


def test_a_broken_key_fails_the_run_after_the_others_are_kept() -> None:
    world = World()
    store_of(world, "one")
    world.hold(key("key-a"), key("key-b"))
    world.secrets["key-b"]["data"] = {}
    with (
        cluster_of(world) as cluster,
        google_store(world) as store,
        pytest.raises(Failure, match=r"key-b: no tls\.crt"),
    ):
        backup(cluster, store, parts=["one"], sleep=no_sleep)
    assert [one.name for one in unpack(world.entries["one"][-1])] == ["key-a"]


def test_full_parts_are_said_before_they_are_full_and_when_they_are() -> None:
    world = World()
    store_of(world, "one")
    world.hold(*(key(f"key-{number:02}", size=3600 + number) for number in range(16)))
    with cluster_of(world) as cluster, google_store(world) as store:
        with pytest.raises(
            Failure, match="all 16 keys are in the store, but there is room for 1 more only: raise addons"
        ):
            backup(cluster, store, parts=["one"], sleep=no_sleep)
        assert len(unpack(world.entries["one"][-1])) == 16
        world.hold(key("key-97", size=3700), key("key-98", size=3701), key("key-99", size=3702))
        with pytest.raises(Failure, match=r"no room for key-9.*: raise addons\.sealed-secrets\.backup\.parts"):
            backup(cluster, store, parts=["one"], sleep=no_sleep)
        store_of(world, "two")
        assert "19 keys in the cluster" in backup(cluster, store, parts=["one", "two"], sleep=no_sleep)
    assert all(len(version) <= LIMIT for versions in world.entries.values() for version in versions)


def test_errors_name_keys_and_repeat_nothing_of_them() -> None:
    with cluster_of(World(), token="wrong") as cluster, pytest.raises(RefusedError) as refused:
        cluster.add(key("key-a"))
    assert str(refused.value) == "make the Secret key-a: 401 Unauthorized"
    assert "KEY OF" not in repr(key("key-a"))
    assert "CERTIFICATE OF" not in repr(key("key-a"))
    for broken in ({"metadata": {"name": "x"}, "data": {"tls.key": "S0VZIE9G!"}}, {"metadata": {"name": "x"}}, {}):
        with pytest.raises(BadEntryError) as error:
            entry(broken)
        assert "S0VZIE9G" not in str(error.value)


def test_what_kubectl_apply_left_on_a_key_is_not_kept() -> None:
    world = World()
    world.hold(key("key-a"))
    world.secrets["key-a"]["metadata"]["annotations"] = {
        "kubectl.kubernetes.io/last-applied-configuration": "KEY OF",
        "note": "kept",
    }
    assert entry(world.secrets["key-a"]).annotations == {"note": "kept"}


def test_a_part_can_be_put_back_with_a_shell() -> None:
    document = json.loads(gzip.decompress(pack([key("key-a")], NAMESPACE)))
    assert (document["kind"], document["apiVersion"]) == ("List", "v1")
    (secret,) = document["items"]
    assert secret["stringData"]["tls.key"].startswith("-----BEGIN RSA PRIVATE KEY-----")
    assert secret["metadata"] == {"name": "key-a", "namespace": NAMESPACE, "labels": {LABEL: "active"}}


def test_sixteen_real_keys_fit_into_one_part_on_both_clouds() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=4096)
    name = x509.Name([])
    start = datetime(2026, 11, 21)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(False, False, False, False, True, False, False, True, False), critical=True)
        .sign(private, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode()

    def like(number: int) -> Entry:
        """As long and as dense as the real one: nothing of one key helps to compress another."""
        noise = random.Random(number)  # noqa: S311 - nothing secret
        return Entry(
            f"sealed-secrets-key{number:05}",
            {LABEL: "active"},
            {},
            _noisy(pem, noise),
            _noisy(secret, noise),
        )

    assert len(pack([Entry("sealed-secrets-key00000", {LABEL: "active"}, {}, pem, secret)], NAMESPACE)) < 4100
    assert len(pack([like(number) for number in range(KEYS_PER_PART)], NAMESPACE)) <= LIMIT
    assert len(pack([like(number) for number in range(KEYS_PER_PART + 2)], NAMESPACE)) > LIMIT, "not twice as many"


def _noisy(pem: str, noise: random.Random) -> str:
    lines = pem.strip().splitlines()
    body = "".join(lines[1:-1])
    data = base64.b64encode(noise.randbytes(len(base64.b64decode(body)))).decode()
    return "\n".join([lines[0], *(data[at : at + 64] for at in range(0, len(data), 64)), lines[-1], ""])


names = st.lists(st.sampled_from([f"key-{number}" for number in range(12)]), unique=True, max_size=12)


@settings(deadline=None)
@given(st.lists(names, min_size=1, max_size=3), names)
def test_after_a_backup_every_key_is_kept_once_and_none_is_gone(before: list[list[str]], cluster: list[str]) -> None:
    seen: set[str] = set()
    parts: list[list[Entry]] = []
    for part in before:
        parts.append([key(name) for name in part if name not in seen])
        seen |= set(part)
    filling = fill(parts, [key(name) for name in cluster], NAMESPACE)
    after = [one.name for part in filling.parts for one in part]
    assert sorted(after) == sorted(seen | set(cluster))
    assert set(filling.added) == set(cluster) - seen
    assert not missing([one for part in filling.parts for one in part], [key(name) for name in cluster])
    again = fill(filling.parts, [key(name) for name in cluster], NAMESPACE)
    assert not again.changed
    for index, part in enumerate(filling.parts):
        assert (index in filling.changed) == (part != parts[index])
        assert sorted(unpack(pack(part, NAMESPACE)), key=lambda one: one.name) == sorted(part, key=lambda one: one.name)


def test_room_counts_what_fits_by_the_size_of_what_is_there() -> None:
    part = [key(f"key-{number}", size=3600 + number) for number in range(8)]
    free = room([part, []], NAMESPACE)
    assert 24 <= free <= 28
    assert room([[], []], NAMESPACE) == 2


def test_requests_to_aws_are_signed_as_its_published_example_is() -> None:
    # post-vanilla of the Signature Version 4 test suite.
    headers = signed(
        Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
        host="example.amazonaws.com",
        region="us-east-1",
        service="service",
        headers={},
        body=b"",
        now=datetime(2015, 8, 30, 12, 36),
    )
    assert headers["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request,"
        " SignedHeaders=host;x-amz-date,"
        " Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )


def test_the_program_imports_the_standard_library_alone() -> None:
    for name, text in program().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                assert {alias.name.partition(".")[0] for alias in node.names} <= sys.stdlib_module_names, name
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                assert (node.module or "").partition(".")[0] in sys.stdlib_module_names, name


def test_the_files_of_the_config_map_run_on_a_bare_python(tmp_path: Path) -> None:
    folder = tmp_path / "sealed_secrets_keys"
    folder.mkdir()
    for name, text in program().items():
        (folder / name).write_text(text)
    code = (
        f"import runpy, sys; sys.path.insert(0, {str(tmp_path)!r});"
        " sys.argv[1:] = ['backup', '--namespace', 'n', '--region', 'eu-central-1', '--part', 'p'];"
        " runpy.run_module('sealed_secrets_keys', run_name='__main__')"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert ran.returncode == 1
    assert ran.stderr == "backup failed: the environment has no KUBERNETES_SERVICE_HOST: does it run in a pod?\n"
