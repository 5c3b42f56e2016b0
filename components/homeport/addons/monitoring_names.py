"""Names that the parts of the monitoring know of each other.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Final

NAME: Final = "kube-prometheus-stack"
NAMESPACE: Final = "monitoring"
#: Where node-exporter runs, which sees the whole node: apart from everything that must not.
NODES_NAMESPACE: Final = "monitoring-nodes"
PRIORITY_CLASS: Final = "homeport-monitoring"
#: The chart's Service of Grafana, and its pods' label.
GRAFANA: Final = f"{NAME}-grafana"
GRAFANA_PORT: Final = 3000
#: The Secret with Grafana's user and password.
GRAFANA_ADMIN: Final = "grafana-admin"
USER_KEY: Final = "admin-user"
PASSWORD_KEY: Final = "admin-password"  # noqa: S105 - the name of a key
#: What Grafana may read of the cluster.
DASHBOARD_READER: Final = f"{NAME}-dashboards"
#: Port of the operator's webhook.
WEBHOOK_PORT: Final = 10250
