"""The programs that engine tests need on PATH. Nothing here fetches or builds one: docs/engine-tests.md names them."""

from __future__ import annotations

import shutil
from typing import Final

#: The engine, the language host for the program and the provider for what is in clusters.
ENGINE: Final = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-kubernetes")
#: A control plane without nodes, and what makes its certificates.
CONTROL_PLANE: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "openssl")
#: Builds the component of pulumi_eks, a program of Node.js; `simcloud.eks_component` where it is not.
EKS: Final = "pulumi-resource-eks"


def why_not() -> str | None:
    """One line that says why engine tests cannot run here; None where they can."""
    missing = [program for program in (*ENGINE, *CONTROL_PLANE) if shutil.which(program) is None]
    if not missing:
        return None
    return f"engine tests need programs that are not on PATH: {', '.join(missing)} (docs/engine-tests.md)"


def why_not_eks() -> str | None:
    """One line that says why pulumi_eks's own component cannot run here; None where it can."""
    if shutil.which(EKS) is not None:
        return None
    return f"the component of pulumi_eks needs a program that is not on PATH: {EKS} (docs/engine-tests.md)"
