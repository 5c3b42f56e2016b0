"""Runs a program that declares parts of the global layer, with explicit providers and the default ones refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
import pytest

from homeport.plan import Graph, record

Build = Callable[[pulumi.ResourceOptions], Any]
ACCOUNT = "111122223333"


def run(build: Build, *, stack: str = "global") -> Graph:
    def program() -> None:
        google = gcp.Provider("gcp", project="acme-global", region="europe-west3", default_labels={"owner": "platform"})
        amazon = aws.Provider(
            "aws",
            region="eu-central-1",
            allowed_account_ids=[ACCOUNT],
            default_tags={"tags": {"owner": "platform"}},
        )
        build(pulumi.ResourceOptions(providers=[google, amazon]))

    return record(program, stack=stack, config={"pulumi:disable-default-providers": '["*"]'})


@pytest.fixture(scope="session")
def graph_of() -> Callable[[Build], Graph]:
    return run
