"""`StateStore`: where Pulumi keeps state, on any cloud; what both clouds' components have in common."""

from __future__ import annotations

from typing import Protocol

import pulumi


class StateStore(Protocol):
    """A bucket for state and a key for secrets."""

    bucket: pulumi.Output[str]
    """Name of the bucket."""
    state: pulumi.Output[str]
    """What `pulumi login` takes."""
    key: pulumi.Output[str]
    """The key in full: projects/P/locations/L/keyRings/R/cryptoKeys/K, or an ARN."""
    secrets_provider: pulumi.Output[str]
    """What `pulumi stack init --secrets-provider` takes."""
