"""A file that cannot be the stack's certificate is refused, and the message says why and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from homeport.seal import certificate as certificates
from homeport.seal.errors import SealError
from tests.seal.sealing_world import certificate, private_key, private_pem

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=10)


def refusal(text: str, *, stack: str = "stage", now: datetime = NOW) -> str:
    with pytest.raises(SealError) as caught:
        certificates.parse(text, where="stage.pem", stack=stack, now=now)
    return str(caught.value)


def test_a_controllers_certificate_is_taken_with_and_without_its_header() -> None:
    pem = certificate(private_key(), since=SINCE)
    for text in (pem, certificates.with_header("stage", pem), certificates.with_header("acme/homeport/stage", pem)):
        found = certificates.parse(text, where="stage.pem", stack="acme/homeport/stage", now=NOW)
        assert found.pem == pem
        assert found.expires == SINCE + timedelta(days=3650)
        assert found.key.public_numbers() == private_key().public_key().public_numbers()


def test_an_expired_one_is_refused() -> None:
    assert refusal(certificate(private_key(), since=SINCE, days=3)) == (
        "stage.pem expired on 2026-11-14\n    fix: homeport seal cert -s stage"
    )


def test_one_that_is_not_valid_yet_is_refused() -> None:
    assert refusal(certificate(private_key(), since=NOW + timedelta(days=1))) == (
        "stage.pem is valid from 2026-11-22 12:00 UTC on only\n    fix: check this machine's clock"
    )


def test_another_stacks_is_refused() -> None:
    text = certificates.with_header("stage", certificate(private_key(), since=SINCE))
    assert refusal(text, stack="prod") == (
        "stage.pem is the certificate of the stack stage, not of prod: prod could not open what it seals\n"
        "    fix: homeport seal cert -s prod"
    )


def test_a_web_servers_is_refused() -> None:
    text = certificate(private_key(), since=SINCE, hosts=("shop.acme.example", "www.acme.example"))
    assert refusal(text).startswith(
        "stage.pem is a certificate for shop.acme.example, www.acme.example: a server's, not the controller's\n"
    )


@pytest.mark.parametrize(
    "key",
    [
        ec.generate_private_key(ec.SECP256R1()),
        rsa.generate_private_key(public_exponent=65537, key_size=1024),  # noqa: S505 - that is the point
    ],
    ids=["elliptic curve", "1024 bits"],
)
def test_a_key_that_is_not_the_controllers_kind_is_refused(key: object) -> None:
    assert refusal(certificate(key, since=SINCE)).startswith("stage.pem has no RSA key of 2048 bits or more")


def test_a_private_key_is_refused_before_anything_else_and_not_shown() -> None:
    text = refusal(certificate(private_key(), since=SINCE) + private_pem(private_key()))
    assert text.startswith("stage.pem holds a private key; sealing takes the certificate alone\n")
    assert private_pem(private_key()).splitlines()[1] not in text


@pytest.mark.parametrize("text", ["", "hello", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"])
def test_what_is_no_certificate_is_refused(text: str) -> None:
    assert refusal(text) == "stage.pem holds no certificate in PEM\n    fix: homeport seal cert -s stage"
