"""Pinned charts, and where each is taken from."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from homeport.addons.args import AddonArgs, ChartsArgs
from homeport.addons.pins import Pin, locate, pin_of, pins
from tests.addons.toys import PIN

OCI = PIN.model_copy(update={"repository": "oci://registry.acme.example/charts"})


def test_every_pin_of_the_file_is_complete() -> None:
    assert len(pins()) >= 9
    for name, pin in pins().items():
        assert pin.chart
        assert pin.app_version
        assert pin_of(name) is pin
        assert pin_of(pin) is pin


@pytest.mark.parametrize(
    ("pin", "source", "version", "found"),
    [
        (PIN, None, None, ("toy", "1.2.3", "https://charts.acme.example/stable")),
        (PIN, None, "2.0.0", ("toy", "2.0.0", "https://charts.acme.example/stable")),
        (OCI, None, None, ("oci://registry.acme.example/charts/toy", "1.2.3", None)),
        (OCI, "https://mirror.acme.example/x", None, ("toy", "1.2.3", "https://mirror.acme.example/x")),
        (PIN, "oci://mirror.acme.example/x", "2.0.0", ("oci://mirror.acme.example/x/toy", "2.0.0", None)),
        (OCI, "vendor/charts", None, ("vendor/charts/toy-1.2.3.tgz", None, None)),
        (PIN, "/srv/charts", "2.0.0", ("/srv/charts/toy-2.0.0.tgz", None, None)),
    ],
)
def test_a_chart_is_taken_from_its_repository_or_from_the_one_source_of_all(
    pin: Pin, source: str | None, version: str | None, found: tuple[Any, ...]
) -> None:
    where = locate(pin, ChartsArgs(source=source), version)
    assert (where.chart, where.version, where.repository) == found


@pytest.mark.parametrize(
    ("minor", "served"), [("1.31", False), ("1.32", True), ("1.34", True), ("1.35", False), ("1.100", False)]
)
def test_a_pin_serves_a_range_of_versions(minor: str, served: bool) -> None:
    assert PIN.serves(minor) is served


REFUSED: dict[str, dict[str, Any]] = {
    "a range of versions": {"version": "^1.2"},
    "a repository without encryption": {"repository": "http://charts.acme.example"},
    "a repository that ends with a slash": {"repository": "https://charts.acme.example/"},
    "a date that is none": {"date": "today"},
    "one Kubernetes version": {"kubernetes": ["1.32"]},
    "a patch version of Kubernetes": {"kubernetes": ["1.32.1", "1.34.0"]},
    "no source": {"source": ""},
    "an unknown field": {"sha": "x"},
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_pin_is_refused_with(what: str) -> None:
    with pytest.raises(ValidationError):
        Pin.model_validate({**PIN.model_dump(), **REFUSED[what]})


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("source", "http://charts.acme.example", "must not be plain http: anybody on the way could change a chart"),
        ("source", "ftp://charts.acme.example", "must be a folder, https://... or oci://..."),
        ("image_registry", "https://registry.acme.example", "must be a registry's host and path, without a scheme"),
        ("image_registry", "Registry.acme.example", "must be a registry's host and path, without a scheme"),
    ],
)
def test_a_source_that_cannot_be_trusted_or_used_is_refused(field: str, value: str, rule: str) -> None:
    with pytest.raises(ValidationError, match=rule):
        ChartsArgs.model_validate({field: value})


@pytest.mark.parametrize("source", ["http://127.0.0.1:8879", "http://localhost/x", "https://x.example/", "./charts"])
def test_sources_of_every_kind_are_taken(source: str) -> None:
    assert ChartsArgs(source=source).source == source.rstrip("/")


@pytest.mark.parametrize("version", ["1.2", "~1.2.3", ">=1.0.0", "latest", "1.2.3 || 2"])
def test_a_version_of_an_operator_is_exact(version: str) -> None:
    with pytest.raises(
        ValidationError, match="must be one exact chart version: a range would be another chart tomorrow"
    ):
        AddonArgs(version=version)
