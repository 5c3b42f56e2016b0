"""What is sealed opens with the controller's key, in its place, and nowhere else."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from homeport.seal import certificate as certificates
from homeport.seal import manifest
from homeport.seal.certificate import Certificate
from homeport.seal.crypto import encrypt
from homeport.seal.manifest import Target
from homeport.seal.scope import Scope, label, scope_annotations, scope_of
from tests.seal.sealing_world import certificate, opened, private_key, secret_of

NOW = datetime.now(UTC)
KEYS = st.one_of(
    st.sampled_from(["on", "y", "1", "null", "1e3"]), st.from_regex(r"[-._a-zA-Z0-9]{1,20}", fullmatch=True)
)
SCOPES: list[Scope] = ["strict", "namespace-wide", "cluster-wide"]


def parsed(number: int = 0) -> Certificate:
    return certificates.parse(certificate(private_key(number)), where="the file", stack="stage", now=NOW)


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(KEYS, st.binary(max_size=300), min_size=1), st.sampled_from(SCOPES))
def test_any_bytes_come_out_as_they_went_in(values: dict[str, bytes], scope: Scope) -> None:
    target = Target("db", "shop", scope)
    made = manifest.document(target, manifest.seal(parsed(), target, values))
    assert secret_of(private_key(), made) == values


@settings(max_examples=30, deadline=None)
@given(
    st.dictionaries(KEYS, st.binary(max_size=30), min_size=1),
    st.sampled_from(["1.1", "1.2"]),
    st.sampled_from(["on", "1e3", "no", "0x1", "y", "12", "a.b", "null"]),
)
def test_every_yaml_reader_finds_the_same_text(values: dict[str, bytes], version: str, name: str) -> None:
    target = Target(name, name, type=name)
    made = manifest.document(target, manifest.seal(parsed(), target, values))
    yaml = YAML(typ="safe", pure=True)
    yaml.version = version
    read = yaml.load(manifest.to_yaml(made))
    assert read == made
    assert all(isinstance(key, str) for key in read["spec"]["encryptedData"])


@pytest.mark.parametrize(
    ("scope", "elsewhere"),
    [
        ("strict", ["shop/other", "other/db", "shop", ""]),
        ("namespace-wide", ["other", "shop/db", ""]),
        ("cluster-wide", ["shop", "shop/db"]),
    ],
)
def test_a_value_that_was_moved_beyond_its_scope_does_not_open(scope: Scope, elsewhere: list[str]) -> None:
    sealed = base64.b64encode(encrypt(parsed().key, b"x", label(scope, "shop", "db"))).decode()
    for other in elsewhere:
        with pytest.raises(ValueError, match=r"[Dd]ecryption"):
            opened(private_key(), sealed, other)


def test_another_clusters_key_opens_nothing() -> None:
    sealed = base64.b64encode(encrypt(parsed().key, b"x", b"shop/db")).decode()
    with pytest.raises(ValueError, match=r"[Dd]ecryption"):
        opened(private_key(1), sealed, "shop/db")


def test_a_changed_byte_is_noticed() -> None:
    data = bytearray(encrypt(parsed().key, b"password", b"shop/db"))
    data[-1] ^= 1
    with pytest.raises(InvalidTag):
        opened(private_key(), base64.b64encode(data).decode(), "shop/db")


def test_the_same_value_sealed_twice_looks_different() -> None:
    first, second = (encrypt(parsed().key, b"x", b"") for _ in range(2))
    assert first != second
    assert first[:2] == second[:2] == (256).to_bytes(2, "big")
    assert len(first) == 2 + 256 + 1 + 16


def test_the_widest_scope_wins_as_with_the_controller() -> None:
    assert scope_of({**scope_annotations("namespace-wide"), **scope_annotations("cluster-wide")}) == "cluster-wide"
    assert scope_of({"sealedsecrets.bitnami.com/cluster-wide": "false"}) == "strict"
    for scope in SCOPES:
        assert scope_of(scope_annotations(scope)) == scope
