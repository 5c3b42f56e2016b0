"""Kubeconfigs without credentials: an exec plugin logs in as whoever runs the command.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import json
from typing import Any, Final

#: https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin
GKE_AUTH_PLUGIN: Final = "gke-gcloud-auth-plugin"


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
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
        "preferences": {},
        "users": [
            {
                "name": name,
                "user": {
                    "exec": {
                        "apiVersion": "client.authentication.k8s.io/v1beta1",
                        "command": GKE_AUTH_PLUGIN,
                        "provideClusterInfo": True,
                        "interactiveMode": "Never",
                        "installHint": f"Install {GKE_AUTH_PLUGIN}: gcloud components install {GKE_AUTH_PLUGIN}, "
                        "or your system's package google-cloud-cli-gke-gcloud-auth-plugin",
                    }
                },
            }
        ],
    }


def to_text(kubeconfig: dict[str, Any]) -> str:
    """As JSON, which is YAML too, in stable order, so that nothing changes when nothing changed."""
    return json.dumps(kubeconfig, sort_keys=True, separators=(",", ":"))
