"""The program of Pulumi's project `homeport-bootstrap`: declares a state store from the stack's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi
from pydantic import TypeAdapter

from homeport.bootstrap.args import AnyStateStoreArgs, AwsStateStoreArgs, GcpStateStoreArgs
from homeport.bootstrap.store import StateStore
from homeport.labels import Labels

#: Prefix of all resources' names.
NAME: Final = "store"


def main() -> None:
    """Declare what the setting `store` says.

    `adopt` names resources that are there although the state does not know them, with their ids: what an engine that
    was killed had asked the cloud for.
    """
    config = pulumi.Config()
    args: AnyStateStoreArgs = TypeAdapter(AnyStateStoreArgs).validate_python(config.require_object("store"))
    declare(args, config.get_object("adopt") or {})


def declare(args: AnyStateStoreArgs, adopt: Mapping[str, str]) -> StateStore:
    """Declare the store and the stack's outputs.

    Args:
        args: what it is made from.
        adopt: logical name to the id of what is taken over.
    """
    stack = pulumi.get_stack()
    labels = Labels(
        project=pulumi.get_project(), environment=stack, stack=stack, owner=args.owner, cost_centre=args.cost_centre
    )
    store = _gcp(args, labels, adopt) if isinstance(args, GcpStateStoreArgs) else _aws(args, labels, adopt)
    # With the name in force: what a later run does not say again is taken from here.
    pulumi.export("store", {**args.model_dump(mode="json"), "bucket": args.bucket_name})
    for output in ("bucket", "state", "key", "secrets_provider"):
        pulumi.export(output, getattr(store, output))
    return store


def _gcp(args: GcpStateStoreArgs, labels: Labels, adopt: Mapping[str, str]) -> StateStore:
    # Only the SDK of the cloud that is used.
    import pulumi_gcp as gcp  # noqa: PLC0415

    from homeport.bootstrap.gcp import GcpStateStore  # noqa: PLC0415

    provider = gcp.Provider("gcp", project=args.project, default_labels=labels.gcp())
    return GcpStateStore(NAME, args, opts=_options(provider, adopt))


def _aws(args: AwsStateStoreArgs, labels: Labels, adopt: Mapping[str, str]) -> StateStore:
    import pulumi_aws as aws  # noqa: PLC0415

    from homeport.bootstrap.aws import AwsStateStore  # noqa: PLC0415

    provider = aws.Provider(
        "aws", region=args.region, allowed_account_ids=[args.account], default_tags={"tags": labels.aws()}
    )
    return AwsStateStore(NAME, args, opts=_options(provider, adopt))


def _options(provider: pulumi.ProviderResource, adopt: Mapping[str, str]) -> pulumi.ResourceOptions:
    def take_over(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.name not in adopt:
            return None
        imported = pulumi.ResourceOptions(import_=adopt[args.name])
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, imported))

    return pulumi.ResourceOptions(providers=[provider], transformations=[take_over] if adopt else None)
