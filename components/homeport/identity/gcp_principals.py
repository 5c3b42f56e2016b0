"""Google Cloud's names for workloads; pure text.

https://cloud.google.com/kubernetes-engine/docs/concepts/workload-identity#principal-id-examples
"""

from __future__ import annotations


def workload_pool(project: str) -> str:
    """The project's pool of workload identities; all clusters of the project share it."""
    return f"{project}.svc.id.goog"


def pool_member(*, project: str, namespace: str, service_account: str) -> str:
    """A Kubernetes service account as Google writes it where it takes on a Google service account.

    https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity#kubernetes-sa-to-iam

    Args:
        project: id of the cluster's project.
        namespace: of the Kubernetes service account.
        service_account: its name.
    """
    return f"serviceAccount:{workload_pool(project)}[{namespace}/{service_account}]"


def workload_principal(*, project: str, project_number: str, namespace: str, service_account: str) -> str:
    """A Kubernetes service account as a member in grants; no Google service account is needed.

    Clusters of one project that have the same namespace and service account have the same principal.

    Args:
        project: id of the cluster's project.
        project_number: its number.
        namespace: of the Kubernetes service account.
        service_account: its name.
    """
    return (
        f"principal://iam.googleapis.com/projects/{project_number}/locations/global"
        f"/workloadIdentityPools/{workload_pool(project)}/subject/ns/{namespace}/sa/{service_account}"
    )
