"""What the API server's own authorizer says of people and of pods, and what it does when they ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.engine.control_plane import ControlPlane
from tests.engine.kubernetes_api import ApiAnswer

_REVIEWS = "/apis/authorization.k8s.io/v1"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is signed in, told to the API server by impersonation.

    https://kubernetes.io/docs/reference/access-authn-authz/user-impersonation/

    Attributes:
        user: name.
        group: that the cloud or an access entry puts them into; None for a service account, which brings its own.
    """

    user: str
    group: str | None = None

    @property
    def headers(self) -> Mapping[str, str]:
        """With which an administrator asks in their stead."""
        group = {"Impersonate-Group": self.group} if self.group else {}
        return {"Impersonate-User": self.user, **group}


#: Signed in, and bound to nothing.
STRANGER = Who("stranger@acme.example", "strangers@acme.example")


def service_account(namespace: str, name: str) -> Who:
    """Pods of this account."""
    return Who(f"system:serviceaccount:{namespace}:{name}")


def ask(
    plane: ControlPlane, who: Who, method: str, path: str, body: Mapping[str, Any] | None = None, *, merge: bool = False
) -> ApiAnswer:
    """Ask the API as somebody else."""
    return plane.request(method, path, body, merge=merge, headers=who.headers)


def may(plane: ControlPlane, who: Who, verb: str, resource: str, namespace: str | None = None) -> bool:
    """What a SubjectAccessReview says.

    Args:
        plane: the cluster.
        who: about whom.
        verb: such as list.
        resource: plural, behind its API group and a slash unless that is the core's: apps/deployments.
        namespace: None for the whole cluster.
    """
    group, _, plural = resource.rpartition("/")
    attributes = {"verb": verb, "group": group, "resource": plural, "namespace": namespace or ""}
    groups = [*([who.group] if who.group else _groups_of_account(who.user)), "system:authenticated"]
    spec = {"user": who.user, "groups": groups, "resourceAttributes": attributes}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = plane.request("POST", f"{_REVIEWS}/subjectaccessreviews", review)
    assert answer.status == 201, answer
    return answer.body["status"]["allowed"]


def rules(plane: ControlPlane, who: Who, namespace: str) -> Any:
    """Everything that somebody may do in a namespace: what a SelfSubjectRulesReview of theirs says."""
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    answer = ask(plane, who, "POST", f"{_REVIEWS}/selfsubjectrulesreviews", review)
    assert answer.status == 201, answer
    status = answer.body["status"]
    assert not status["incomplete"], status
    return sorted(str(rule) for rule in [*status["resourceRules"], *status["nonResourceRules"]])


def _groups_of_account(user: str) -> list[str]:
    namespace = user.split(":")[2]
    return ["system:serviceaccounts", f"system:serviceaccounts:{namespace}"]
