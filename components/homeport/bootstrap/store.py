"""`StateStore`: where Pulumi keeps state, on any cloud; what both clouds' components have in common."""

from __future__ import annotations

import pulumi


class StateStore(pulumi.ComponentResource):
    """A bucket that keeps old versions, a key that encrypts it and the stacks' secrets, and who may use both.

    Bucket and key are always protected.
    """

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    state: pulumi.Output[str]
    """What `pulumi login` takes: gs://NAME, or s3://NAME?region=REGION."""
    key: pulumi.Output[str]
    """The key in full: projects/P/locations/L/keyRings/R/cryptoKeys/K, or an ARN."""
    secrets_provider: pulumi.Output[str]
    """What `pulumi stack init --secrets-provider` takes: gcpkms://KEY, or awskms:///ARN?region=REGION."""

    def _publish(
        self, bucket: tuple[str, pulumi.Output[str]], key: tuple[str, pulumi.Output[str]], *, query: str = ""
    ) -> None:
        """Set and register the outputs; the last thing that a constructor does.

        Args:
            bucket: what goes before its name in the address of the state, and the name.
            key: what goes before it in the address of what encrypts, and the key in full.
            query: what follows both.
        """
        self.bucket = bucket[1]
        self.state = pulumi.Output.concat(*bucket, query)
        self.key = key[1]
        self.secrets_provider = pulumi.Output.concat(*key, query)
        self.register_outputs({"bucket": self.bucket, "key": self.key})
