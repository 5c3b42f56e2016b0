"""Quantities as Kubernetes writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.kube.quantity import amount, canonical


@pytest.mark.parametrize(
    ("written", "comes_back"),
    [
        ("1000m", "1"),
        ("2000m", "2"),
        ("1500m", "1500m"),
        ("0.5", "500m"),
        ("100m", "100m"),
        ("4", "4"),
        ("1000", "1k"),
        ("1024Mi", "1Gi"),
        ("1.5Gi", "1536Mi"),
        ("512Mi", "512Mi"),
        ("0", "0"),
        ("1G", "1G"),
    ],
)
def test_a_quantity_is_written_as_the_api_server_gives_it_back(written: str, comes_back: str) -> None:
    assert canonical(written) == comes_back


@given(st.integers(0, 10**6), st.sampled_from(["", "m", "k", "M", "G", "Ki", "Mi", "Gi"]))
def test_it_is_the_same_amount_and_stays_as_it_is(number: int, unit: str) -> None:
    written = canonical(f"{number}{unit}")
    assert amount(written) == amount(f"{number}{unit}")
    assert canonical(written) == written
