"""What to do about what Kubernetes and Helm say: the particular cases that have a remedy of their own.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from homeport.deploy.kinds import Case
from homeport.deploy.subject import Subject


def _changed_by_others(s: Subject) -> str:
    shown = s.object or "KIND NAME"
    return (
        f"Somebody else changes the same fields of the object; kubectl get {shown} -o yaml --show-managed-fields says "
        f"who. Let one of both decide them: leave the field out here, or stop the other. Then: {s.again}."
    )


def _helm_pending(s: Subject) -> str:
    words = (s.object or "release NAME -n NAMESPACE").removeprefix("release ")
    return (
        f"An interrupted run has left the release locked. See what it has: helm history {words}; go back to the last "
        f"good revision: helm rollback {words}. Without one: helm uninstall {words}. Then: {s.again}."
    )


def _helm_taken(s: Subject) -> str:
    words = (s.object or "release NAME -n NAMESPACE").removeprefix("release ")
    name, _, place = words.partition(" ")
    return (
        f"Helm has a release of that name, and the state of this stack has not. See it: helm history {words}. If it "
        f"says pending-install, an interrupted run has begun it; if deployed, and a destroy without its preview was "
        f"stopped by what is protected, that one has forgotten it: kubectl delete secret -l owner=helm,name={name} "
        f"{place}, then: {s.again}, which takes over what is there. If nobody needs it: helm uninstall {words}, then "
        f"the same."
    )


def _charts(s: Subject) -> str:
    return (
        f"The chart or its version cannot be fetched: homeport charts says where each comes from; without a way "
        f"out, charts.source in Pulumi.{s.stack}.yaml names a folder or mirror. Then: {s.again}."
    )


def _namespace_quota(s: Subject) -> str:
    return (
        f"The quota of the namespace is used up; the text says by what. Raise tenants.NAME.quota in Pulumi.{s.stack}"
        f".yaml, or ask for less, then: {s.again}."
    )


def _no_kind(s: Subject) -> str:
    return (
        f"The cluster does not know this kind: its definition comes with an add-on that is off, failed, or still being "
        f"installed. See kubectl api-resources and addons in Pulumi.{s.stack}.yaml, then: {s.again}."
    )


def _webhook(s: Subject) -> str:
    service = s.found(r"https://([a-z0-9-]+)\.[a-z0-9-]+\.svc\b", "SERVICE")
    place = s.found(r"https://[a-z0-9-]+\.([a-z0-9-]+)\.svc\b", "NAMESPACE")
    return (
        f"A webhook in the cluster does not answer, so nothing of its kind can be made: kubectl get pods,endpoints -n "
        f"{place} says whether its service {service} has pods that run. With running pods the way to them is barred: "
        f"on GKE network.webhook_ports lets the control plane in. Once it answers: {s.again}."
    )


def _certificate(s: Subject) -> str:
    return (
        f"The cluster's API shows a certificate that its known authority has not signed: the cluster was made anew, "
        f"its authority was rotated, or a proxy answers in its place. homeport kubeconfig -s {s.stack} --merge, then "
        f"kubectl get nodes, shows whether it is trusted by now. A cluster of this stack's own is asked anew by "
        f"{s.again}; of another one renew the kubeconfig (cluster.kubeconfig) first."
    )


def _image(s: Subject) -> str:
    app = s.name.removesuffix("-deployment") if s.name.endswith("-deployment") else "APP"
    place = s.place or " -n NAMESPACE"
    return (
        f"A node cannot pull an image: kubectl get pods{place} shows which, kubectl describe pod NAME{place} why. A "
        f"name or tag that is not there: homeport set -s {s.stack} apps.{app}.tag=TAG. A registry that does not let "
        f"the nodes in: pull_projects or pull_accounts of the global layer's registry (docs/globals.md). Then: "
        f"{s.again}."
    )


def _pod_security(s: Subject) -> str:
    return (
        f"The namespace enforces a level of Pod Security, and the text lists the fields that break it. Set them in the "
        f"pods' securityContext; only if they truly need the right, lower tenants.NAME.pod_security in Pulumi.{s.stack}"
        f".yaml. Then: {s.again}."
    )


def _immutable(s: Subject) -> str:
    shown = s.object or "KIND NAME"
    if "helm.sh" in s.type:
        # Helm names the object that it could not change.
        kind = s.found(r'cannot patch "[\w.-]+" with kind (\w+)', "KIND").lower()
        name = s.found(r'cannot patch "([\w.-]+)" with kind \w+', "NAME")
        shown = f"{kind} {name}{s.place}"
    keeping = " --cascade=orphan (its pods go on running)" if shown.startswith("statefulset ") else ""
    return (
        f"A field was changed that never changes on a running object; the text names it. Undo the change, or let the "
        f"object be made anew: kubectl delete {shown}{keeping}, then: {s.again}, which finds it gone. What a volume "
        f"holds goes with its claim: save it first."
    )


def _terminating(s: Subject) -> str:
    # Of a namespace the object is the namespace itself.
    named = s.object.split()[1] if s.object and s.object.startswith("namespace ") else None
    place = named or s.found(r"in namespace \"?([a-z0-9-]+)\"? because it is being terminated", "NAMESPACE")
    return (
        f"The namespace is going and waits for what is in it: kubectl get namespace {place} -o yaml says under "
        f"status.conditions what is left and whose finalizer holds it. Bring the program back that would take the "
        f"finalizer off, or take it off by hand (kubectl edit). Once kubectl get namespace {place} finds nothing: "
        f"{s.again}."
    )


CASES: Final[Mapping[Case, Callable[[Subject], str]]] = {
    "certificate": _certificate,
    "changed_by_others": _changed_by_others,
    "charts": _charts,
    "cluster_not_empty": lambda s: (
        "The cluster is to be replaced, and what is in it can no longer be deleted from here. Empty it first: pulumi "
        f"destroy -s {s.stack} --target '**cluster-kubernetes' --target-dependents, which takes everything in it down "
        f"(docs/clusters.md, Replacing a cluster); then: {s.again}."
    ),
    "helm_pending": _helm_pending,
    "helm_taken": _helm_taken,
    "image": _image,
    "immutable": _immutable,
    "namespace_quota": _namespace_quota,
    "no_kind": _no_kind,
    "pod_security": _pod_security,
    "terminating": _terminating,
    "webhook": _webhook,
}
