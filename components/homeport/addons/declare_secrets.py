"""Kubernetes Secrets of add-ons: generated, or from the stack's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from homeport.addons.items import GivenSecret, Password
from homeport.cluster.base import Cluster
from homeport.kube.declare import declare
from homeport.kube.manifest import Manifest


def declare_password(
    name: str,
    item: Password,
    *,
    cluster: Cluster,
    provider: pulumi.ProviderResource,
    opts: pulumi.ResourceOptions,
) -> pulumi.CustomResource:
    """A Secret with a user name and a generated password, which stays the same as long as the stack lives.

    Args:
        name: logical name of the Secret.
        item: what is wanted.
        cluster: where the Secret lives.
        provider: of pulumi-random.
        opts: parent, what the Secret waits for.
    """
    # As its provider is: imported when needed.
    import pulumi_random as random  # noqa: PLC0415

    password = random.RandomPassword(
        f"{name}-password",
        length=item.length,
        # Letters and digits alone: nothing has to quote it, and 32 of them are 190 bits.
        special=False,
        opts=pulumi.ResourceOptions(parent=opts.parent, provider=provider),
    )
    body = {"type": "Opaque", "stringData": {item.user_key: item.user, item.password_key: password.result}}
    return declare(name, Manifest("v1", "Secret", item.secret, item.namespace, body), cluster=cluster, opts=opts)


def declare_given(
    name: str, item: GivenSecret, secrets: Mapping[str, Any], *, cluster: Cluster, opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """A Secret made from the stack's own secrets."""
    body = {"type": "Opaque", "stringData": {key: secrets[secret] for key, secret in item.data.items()}}
    return declare(name, Manifest("v1", "Secret", item.secret, item.namespace, body), cluster=cluster, opts=opts)
