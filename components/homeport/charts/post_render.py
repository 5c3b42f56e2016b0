"""What the Kubernetes provider does with a rendered chart before it takes it."""

from __future__ import annotations

import subprocess
import sys

from homeport.addons.crds_chart import DEFINITIONS_ALONE


def definitions_alone(text: str) -> str:
    """What is left of a rendered chart when all but definitions is dropped, by the program that drops it there.

    https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/#postrenderer
    """
    ran = subprocess.run(  # noqa: S603 - no shell, and the program is ours
        [sys.executable, "-I", "-c", DEFINITIONS_ALONE], input=text, capture_output=True, text=True, check=True
    )
    return ran.stdout
