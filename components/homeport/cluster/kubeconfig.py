"""Kubeconfigs without credentials: an exec plugin logs in as whoever runs the command.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import json
from typing import Any, Final

#: https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin
GKE_AUTH_PLUGIN: Final = "gke-gcloud-auth-plugin"
#: https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html
AWS_CLI: Final = "aws"


def gke_kubeconfig(
    *, name: str, dns_endpoint: str | None, ip_endpoint: str | None, ca_certificate: str | None
) -> dict[str, Any]:
    """A kubeconfig for a GKE cluster, with one context named after it.

    Args:
        name: of the cluster; also of the context, the user and the cluster entry.
        dns_endpoint: host name of the DNS endpoint. Its certificate is one that every machine trusts, so none is given.
        ip_endpoint: address of the control plane, private or public; used where there is no `dns_endpoint`.
        ca_certificate: base64; signs the certificate of `ip_endpoint`.

    Returns:
        The kubeconfig; it holds no token, key or certificate of a user.
    """
    if dns_endpoint:
        cluster = {"server": f"https://{dns_endpoint}"}
    else:
        cluster = {"server": f"https://{ip_endpoint}", "certificate-authority-data": ca_certificate}
    return _kubeconfig(
        name,
        cluster,
        {
            "command": GKE_AUTH_PLUGIN,
            "provideClusterInfo": True,
            "installHint": f"Install {GKE_AUTH_PLUGIN}: gcloud components install {GKE_AUTH_PLUGIN}, "
            "or your system's package google-cloud-cli-gke-gcloud-auth-plugin",
        },
    )


def eks_kubeconfig(
    *,
    name: str,
    region: str,
    endpoint: str,
    ca_certificate: str,
    proxy_url: str | None = None,
    local_port: int | None = None,
) -> dict[str, Any]:
    """A kubeconfig for an EKS cluster, with one context named after it.

    The AWS CLI logs in with the credentials of whoever runs the command; no profile is named, so that people and CI can
    share the file. https://docs.aws.amazon.com/eks/latest/userguide/create-kubeconfig.html

    Args:
        name: of the cluster; also of the context, the user and the cluster entry.
        region: of the cluster.
        endpoint: URL of the API.
        ca_certificate: base64; signs the endpoint's certificate.
        proxy_url: what requests go through.
        local_port: end of a tunnel to the endpoint on the own machine, instead of the endpoint itself.
    """
    cluster: dict[str, Any] = {"server": endpoint, "certificate-authority-data": ca_certificate}
    if local_port is not None:
        # The certificate is the endpoint's; the tunnel only carries the connection.
        host = endpoint.removeprefix("https://")
        cluster |= {"server": f"https://127.0.0.1:{local_port}", "tls-server-name": host}
    if proxy_url is not None:
        cluster["proxy-url"] = proxy_url
    return _kubeconfig(
        name,
        cluster,
        {
            "command": AWS_CLI,
            "args": ["--region", region, "eks", "get-token", "--cluster-name", name, "--output", "json"],
            "provideClusterInfo": False,
            "installHint": "Install version 2 of the AWS CLI: "
            "https://docs.aws.amazon.com/cli/latest/userguide/getting-started-install.html",
        },
    )


def _kubeconfig(name: str, cluster: dict[str, Any], login: dict[str, Any]) -> dict[str, Any]:
    plugin = {"apiVersion": "client.authentication.k8s.io/v1beta1", "interactiveMode": "Never", **login}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "preferences": {},
        "users": [{"name": name, "user": {"exec": plugin}}],
    }


def to_text(kubeconfig: dict[str, Any]) -> str:
    """As JSON, which is YAML too, in stable order, so that nothing changes when nothing changed."""
    return json.dumps(kubeconfig, sort_keys=True, separators=(",", ":"))
