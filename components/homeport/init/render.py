"""Answers to stack files. Pure."""

from __future__ import annotations

from homeport.init.answers import Answers
from homeport.init.domains import stack_of
from homeport.init.eks_file import eks_file
from homeport.init.gke_file import gke_file
from homeport.init.global_file import global_file
from homeport.init.text import document


def render(answers: Answers, *, apps: bool = False) -> dict[str, str]:
    """File name to text of every stack file, `global` first.

    Args:
        answers: checked.
        apps: whether the example's applications are named, whose images nobody else has.
    """
    files = {"global": global_file(answers)}
    if answers.on_gcp:
        files |= {stack_of(answers, "gcp", name): gke_file(answers, name, apps=apps) for name in answers.environments}
    if answers.on_aws:
        files |= {stack_of(answers, "aws", name): eks_file(answers, name, apps=apps) for name in answers.environments}
    files["local"] = _local_file(answers)
    return {f"Pulumi.{stack}.yaml": text for stack, text in files.items()}


def shipped() -> dict[str, str]:
    """The files that homeport comes with: those of the example organisation."""
    return render(EXAMPLE, apps=True)


def _local_file(answers: Answers) -> str:
    lines = [
        "  homeport:layer: cluster",
        "  homeport:environment: local",
        "  homeport:protection: none",
        f"  homeport:domain: local.{answers.domain}",
        "  homeport:cluster:",
        "    kind: existing",
        "    context: kind-homeport",
        "  homeport:addons:",
        "    profile: minimal",
        "    # Nobody keeps a zone for it.",
        "    external-dns: {enabled: false}",
        "    # Its keys would be gone with the cluster.",
        "    sealed-secrets: {enabled: false}",
        "  homeport:tenants:",
        "    shop: {}",
        "    tools: {}",
    ]
    return document("Any cluster that a kubeconfig reaches: kind, minikube, or one that somebody else made.", lines)


#: The organisation of the documentation.
EXAMPLE = Answers(
    organisation="acme",
    domain="acme.example",
    cloud="both",
    gcp_region="europe-west3",
    gcp_projects={"global": "acme-global", "stage": "acme-stage", "prod": "acme-prod"},
    billing_account="012345-6789AB-CDEF01",
    aws_region="eu-central-1",
    aws_accounts={"global": "111122223333", "stage": "222233334444", "prod": "333344445555"},
    office="203.0.113.0/24",
    repository="acme/homeport",
    cost_centre="1000",
    production_cost_centre="2000",
)
