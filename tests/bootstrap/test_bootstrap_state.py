"""What an exported state says of a state store."""

from __future__ import annotations

from typing import Any

import pytest

from homeport.bootstrap.state import Pending, complete, read_state, same, sealed

URN = "urn:pulumi:admin::homeport-bootstrap::"
OUTPUTS = {"secrets_provider": "gcpkms://projects/acme-admin/k", "store": {"cloud": "gcp"}}
STACK = {"urn": f"{URN}pulumi:pulumi:Stack::homeport-bootstrap-admin", "type": "pulumi:pulumi:Stack"}


def export(*resources: dict[str, Any], provider: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "version": 3,
        "deployment": {"resources": list(resources), "secrets_providers": provider or {"type": "passphrase"}, **more},
    }


def test_a_state_is_complete_once_an_update_came_to_its_end() -> None:
    assert not complete(read_state(export()))
    assert not complete(read_state(export(STACK)))
    assert complete(read_state(export({**STACK, "outputs": OUTPUTS})))


def test_a_passphrase_does_not_seal_and_a_key_does() -> None:
    passphrase = read_state(export(provider={"type": "passphrase", "state": {"salt": "v1:abc"}}))
    assert not sealed(passphrase)
    assert passphrase.notes == {"encryptionsalt": "v1:abc"}
    key = read_state(export(provider={"type": "cloud", "state": {"url": "gcpkms://k", "encryptedkey": "AAAA"}}))
    assert sealed(key)
    assert key.provider == "gcpkms://k"
    assert key.notes == {"secretsprovider": "gcpkms://k", "encryptedkey": "AAAA"}


def test_a_stack_that_was_only_made_reads_as_empty() -> None:
    state = read_state({"version": 3, "deployment": {}})
    assert (state.resources, dict(state.outputs), state.pending) == ([], {}, [])


def test_the_same_resources_are_the_same_whenever_they_were_written() -> None:
    bucket = {"urn": f"{URN}gcp:storage/bucket:Bucket::b", "type": "gcp:storage/bucket:Bucket", "id": "acme-state"}
    one = read_state(export(STACK, {**bucket, "modified": "2026-11-21T10:00:00Z", "sourcePosition": "a.py#1"}))
    other = read_state(export(STACK, {**bucket, "modified": "2026-11-21T11:00:00Z", "sourcePosition": "b.py#9"}))
    assert same(one, other)
    assert not same(one, read_state(export(STACK)))
    assert not same(one, read_state(export(STACK, {**bucket, "outputs": {"location": "EU"}})))


@pytest.mark.parametrize(
    ("type_", "inputs", "id_"),
    [
        ("gcp:storage/bucket:Bucket", {"name": "acme-state"}, "acme-state"),
        (
            "gcp:kms/keyRing:KeyRing",
            {"project": "acme-admin", "location": "europe", "name": "pulumi-state"},
            "projects/acme-admin/locations/europe/keyRings/pulumi-state",
        ),
        ("gcp:kms/cryptoKey:CryptoKey", {"keyRing": "projects/p", "name": "k"}, "projects/p/cryptoKeys/k"),
        ("aws:s3/bucket:Bucket", {"bucket": "acme-state"}, "acme-state"),
        ("aws:kms/key:Key", {"description": "Shared key"}, None),
        ("gcp:storage/bucket:Bucket", {}, None),
    ],
)
def test_what_was_begun_is_found_in_the_cloud_by_the_id_that_it_has_there(
    type_: str, inputs: dict[str, Any], id_: str | None
) -> None:
    resource = {"urn": f"{URN}a:b:C${type_}::store-it", "type": type_, "inputs": inputs}
    pending = [{"type": "creating", "resource": resource}, {"type": "updating", "resource": resource}]
    assert read_state(export(pending_operations=pending)).pending == [Pending("store-it", type_, id_)]
