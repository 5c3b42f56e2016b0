"""Identity on a cluster whose cloud homeport does not know."""

from __future__ import annotations

from typing import NoReturn, final


@final
class UnknownIdentity:
    """Grants nothing, and says so when it is asked; a `WorkloadIdentity`.

    Args:
        cluster: what to call the cluster in the error.
    """

    def __init__(self, cluster: str) -> None:
        self._cluster = cluster

    def principal(self, namespace: str, service_account: str) -> NoReturn:
        """Always fails.

        Raises:
            LookupError: nothing can be granted here.
        """
        raise LookupError(
            f"the workload {namespace}/{service_account} asks for permissions of a cloud, but {self._cluster!r} is a "
            "cluster that homeport did not make (kind: existing), so it cannot tell which principal that is; "
            "leave the permission out on this stack, or give the workload credentials of its own"
        )
