"""The SDK of pulumi_eks, imported without its warning about a component that homeport does not use."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import pulumi_eks as eks

__all__ = ["eks"]
