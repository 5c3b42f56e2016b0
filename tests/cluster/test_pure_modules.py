"""What settings need of clusters, storage and identity pulls in no Pulumi SDK: reading settings must stay quick."""

from __future__ import annotations

import subprocess
import sys

PURE = (
    "homeport.cluster.eks_addon_inputs",
    "homeport.cluster.pool_rules",
    "homeport.cluster.eks_addon_versions",
    "homeport.cluster.eks_args",
    "homeport.cluster.eks_machines",
    "homeport.cluster.eks_pool",
    "homeport.cluster.eks_pool_problems",
    "homeport.cluster.existing_args",
    "homeport.cluster.gke_args",
    "homeport.cluster.gke_inputs",
    "homeport.cluster.gke_machines",
    "homeport.cluster.gke_nodes",
    "homeport.cluster.gke_pool",
    "homeport.cluster.kubeconfig",
    "homeport.cluster.outputs",
    "homeport.cluster.pool_args",
    "homeport.identity.gcp_principals",
    "homeport.identity.unknown",
    "homeport.storage.args",
    "homeport.storage.classes",
)


def test_pure_modules_import_no_sdk() -> None:
    program = (
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        f"import {', '.join(PURE)}\n"
        "print([name for name in sys.modules if name.split('.')[0].startswith('pulumi')])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
