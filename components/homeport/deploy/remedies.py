"""What to do about a failure: plain sentences, the exact command, and the field of the stack file where there is one.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from homeport.deploy import remedies_in_cluster
from homeport.deploy.kinds import Case, Kind
from homeport.deploy.subject import Subject

_PERMISSION: Final = re.compile(
    r"Required '([\w.]+)'|Permission '([\w.]+)'|permission[: ]+\"?([\w]+\.[\w.]+)|to perform:? ([\w-]+:\w+)"
    r"|requires? one of \[\"?([\w.]+)"
)
_GOOGLE_QUOTA: Final = "https://console.cloud.google.com/iam-admin/quotas"
_AWS_QUOTA: Final = "https://console.aws.amazon.com/servicequotas/home"


def remedy(kind: Kind, case: Case, subject: Subject) -> str:
    """What to do.

    Args:
        kind: of the failure.
        case: its particular case, if it has one.
        subject: what failed.
    """
    if case:
        return _CASES[case](subject)
    return _KINDS[kind](subject)


def _throttled(s: Subject) -> str:
    return (
        f"The cloud takes no more requests for the moment. Wait a minute, then: {s.again}. What was made stays made; "
        f"if it happens again, do less at once: {s.again} -- --parallel 4."
    )


def _quota(s: Subject) -> str:
    page = _AWS_QUOTA if s.on_aws else _GOOGLE_QUOTA
    smaller = (
        f" Or make the pool smaller: homeport set -s {s.stack} cluster.node_pools.{s.pool}.max=NUMBER."
        if s.pool
        else ""
    )
    return (
        f"The text names the quota that is used up; it is raised at {page} (answers can take a day).{smaller} Then: "
        f"{s.again}. What was made stays made."
    )


def _capacity(s: Subject) -> str:
    field_ = f"cluster.node_pools.{s.pool}.machines" if s.pool else "cluster.zones, or the machines of the pools,"
    return (
        f"The cloud has no such machines free there now; no quota helps. Name other or more machine types or zones "
        f"({field_} in Pulumi.{s.stack}.yaml), or try later: {s.again}."
    )


def _forbidden(s: Subject) -> str:
    found = _PERMISSION.search(s.text)
    named = next((group for group in found.groups() if group), None) if found else None
    what = f"the permission {named}" if named else "the right that the text names"
    if s.type.startswith("kubernetes:"):
        return (
            f"Whoever deploys lacks {what} in the cluster. homeport doctor -s {s.stack} says who that is and whether "
            f"the cluster lets them in (docs/deploy.md, 6). With the right given: {s.again}."
        )
    return (
        f"Whoever deploys lacks {what}; docs/deploy.md, 6, says which role holds it and how to give it. New rights can "
        f"take some minutes to count. Then: {s.again}."
    )


def _login(s: Subject) -> str:
    if s.on_aws:
        login = "aws sso login --profile PROFILE (the one in AWS_PROFILE)"
    elif s.type.startswith("kubernetes:"):
        login = "gcloud auth login on Google Cloud, aws sso login on AWS"
    else:
        login = "gcloud auth application-default login"
    looks = f"homeport doctor -s {s.stack} --deploy looks at it"
    return f"The login has run out, or there is none: {login}. {looks}. Then: {s.again}."


def _api_disabled(s: Subject) -> str:
    return (
        f"The project has not enabled the API that the text names: gcloud services enable API --project PROJECT, or "
        f"let the global layer do it (gcp.services.enabled). It counts after some minutes. Then: {s.again}."
    )


def _billing(s: Subject) -> str:
    project = s.found(r"[Pp]roject:? '?([a-z0-9][a-z0-9-]{4,28}[a-z0-9])\b", "PROJECT")
    return (
        f"No open billing account pays for the project, and without one nothing is made in it: gcloud billing accounts "
        f"list names those that are open, and gcloud billing projects link {project} --billing-account=ACCOUNT links "
        f"one (docs/deploy.md, 3). It counts after some minutes. Then: {s.again}."
    )


def _policy(s: Subject) -> str:
    if s.on_aws:
        policy = s.found(r"\b(p-[a-z0-9]{8,})\b", "POLICY")
        return (
            f"A policy above the account's own rights forbids it, so no role of the account helps: a service control "
            f"policy of the organisation, or a permissions boundary. Whoever administers the organisation sees it with "
            f"aws organizations describe-policy --policy-id {policy} and lets the account or the deployer's role out; "
            f"or choose what it allows, mostly another region, in Pulumi.{s.stack}.yaml. Then: {s.again}."
        )
    constraint = s.found(r"[cC]onstraints/([\w.]+)", "CONSTRAINT")
    if "permitted customer" in s.text:
        constraint = "iam.allowedPolicyMemberDomains"
    return (
        f"A policy of the organisation forbids it, so no role helps: gcloud org-policies describe {constraint} "
        f"--effective --project PROJECT shows it. Whoever administers the organisation excepts the project, or choose "
        f"what it allows (a location, members, a machine's options) in Pulumi.{s.stack}.yaml. Then: {s.again}."
    )


def _key(s: Subject) -> str:
    if s.on_aws:
        key = s.found(r"(arn:aws[\w-]*:kms:[\w:/-]+)", "KEY")
        first = f"aws kms cancel-key-deletion --key-id {key}, then " if "pending deletion" in s.text else ""
        enable = f"{first}aws kms enable-key --key-id {key}"
    else:
        key = s.found(r"(projects/[\w:./-]+/cryptoKeyVersions/\d+)", "VERSION")
        if re.search(r"DESTROYED", s.text):
            return (
                f"The key is destroyed: nothing reads again what it has encrypted. Name another key in Pulumi.{s.stack}"
                f".yaml, bring the data back from a copy under another key, then: {s.again}."
            )
        first = f"gcloud kms keys versions restore {key}, then " if "DESTROY_SCHEDULED" in s.text else ""
        enable = f"{first}gcloud kms keys versions enable {key}"
    return (
        f"The key that encrypts it is switched off or about to be destroyed; waiting does not help. Find out who did "
        f"it and why; on again: {enable}. It counts after some minutes. Then: {s.again}."
    )


def _name_taken(s: Subject) -> str:
    look = "aws s3api head-bucket --bucket NAME" if s.on_aws else "gcloud storage buckets describe gs://NAME"
    return (
        f"Names of buckets are unique in the world, and this one is taken, as a rule by somebody else: {look} is "
        f"refused then. Choose another in Pulumi.{s.stack}.yaml, in the field name of the bucket's section (backups, "
        f"audit), then: {s.again}. Only if the look shows a bucket of your own, take it over: pulumi import -s "
        f"{s.stack} {s.type or 'TYPE'} {s.name} NAME."
    )


def _conflict(s: Subject) -> str:
    if s.type.startswith("kubernetes:"):
        shown = s.object or "KIND NAME"
        return (
            f"Something of that name is in the cluster and not in the state of this stack. Look whose it is: kubectl "
            f"get {shown} -o yaml. If nobody needs it: kubectl delete {shown}, then: {s.again}."
        )
    return (
        f"Something of that name exists and is not in the state of this stack: left by an interrupted run, or somebody "
        f"else's. Remove it in the cloud, or take it over: pulumi import -s {s.stack} {s.type or 'TYPE'} {s.name} ID. "
        f"Then: {s.again}."
    )


def _busy(s: Subject) -> str:
    return (
        f"Something else is at work on it: an upgrade of the cloud's own, another person, another run. Wait until that "
        f"is through, then: {s.again}."
    )


def _timeout(s: Subject) -> str:
    return (
        f"It took longer than the engine waits, and the cloud may still be at it, or done. Look at it in the cloud, "
        f"then: {s.again}. That refreshes first, so what is there by then is found."
    )


def _internal(s: Subject) -> str:
    if s.type.startswith("kubernetes:"):
        return (
            f"The cluster's API answers with a fault of its own, as during an upgrade of its control plane, or because "
            f"an API in the cluster has no pods: kubectl get --raw '/readyz?verbose' and kubectl get apiservices say "
            f"which. Then: {s.again}; what was made stays made."
        )
    page = "https://health.aws.amazon.com" if s.on_aws else "https://status.cloud.google.com"
    return f"A fault of the cloud's own. Run it again: {s.again}; what was made stays made. If it lasts: {page}."


def _protected(s: Subject) -> str:
    consent = f"homeport set -s {s.stack} protection=none"
    if not s.again.startswith("homeport destroy"):
        return (
            f"It is guarded, because what it holds cannot be made again, and a change removes or replaces it: homeport "
            f"plan -s {s.stack} shows it. Undo the change. If it is to go for good, let go first: {consent} (in "
            f"production with decommission=true), {s.again}; then the change again."
        )
    return (
        f"It is guarded, because what it holds cannot be made again. If it is to go for good: {consent} (in production "
        f"with decommission=true), homeport up -s {s.stack}, then: {s.again}. If it was not to go, undo the change "
        f"that removes or replaces it; homeport plan -s {s.stack} shows it."
    )


def _in_use(s: Subject) -> str:
    return (
        f"Something still uses it, which the text may name and which this stack need not have made: load balancers, "
        f"disks and addresses of the cluster's own, things made by hand. Remove that in the cloud, then: {s.again}."
    )


def _locked(s: Subject) -> str:
    return (
        f"Another run has the stack; the text says whose and since when. Wait for its end. Only if you are sure that "
        f"it is dead: pulumi cancel {s.stack}, then: {s.again}, which looks first for what the dead run had begun."
    )


def _not_ready(s: Subject) -> str:
    if not s.type.startswith("kubernetes:"):
        where = f"node pool {s.pool}" if s.pool else s.name
        return (
            f"It is made, but does not get well; the text says how far it came. Look at {where} in the cloud's "
            f"console, mend the cause, then: {s.again}."
        )
    if s.type.startswith("kubernetes:helm.sh"):
        words = (s.object or "release NAME -n NAMESPACE").removeprefix("release ")
        place = words.rpartition(" -n ")[2] if " -n " in words else "NAMESPACE"
        return (
            f"The release is installed and its objects do not get ready in time: helm status {words}; kubectl get pods,"
            f"events -n {place}. Mend the cause or take the change back in Pulumi.{s.stack}.yaml, then: {s.again}."
        )
    shown = s.object or "KIND NAME"
    app = s.name.removesuffix("-deployment") if s.name.endswith("-deployment") else "APP"
    rolls = (
        f" What ran before still runs; to go back to it: homeport set -s {s.stack} apps.{app}.tag=TAG, with its tag."
        if s.type.endswith(":Deployment") and s.operation == "update"
        else ""
    )
    logs = f" and kubectl logs {shown.replace(' ', '/', 1)}" if re.search(r":(Deployment|Job)$", s.type) else ""
    why = f"kubectl describe {shown}{logs} say why" if logs else f"kubectl describe {shown} says why"
    return f"The object is in the cluster and does not get ready: {why}.{rolls} With the cause mended: {s.again}."


def _unreachable(s: Subject) -> str:
    if s.type.startswith("kubernetes:"):
        return (
            f"The cluster's API does not answer from here: the tunnel, a VPN, or your address in cluster.api"
            f".authorized_networks; homeport kubeconfig -s {s.stack} --merge, then kubectl get nodes, shows it. If the "
            f"cluster is gone for good: PULUMI_K8S_DELETE_UNREACHABLE=true pulumi refresh -s {s.stack} forgets what "
            f"was in it; never set that for an update. Then: {s.again}."
        )
    return (
        f"There was no answer over the network: check the connection, proxy and DNS of this machine, then: {s.again}."
    )


def _program(s: Subject) -> str:
    return (
        f"Nothing of the cloud: the settings or the code stop it. homeport plan -s {s.stack} shows the same without "
        f"engine and account; mend it there, then: {s.again}."
    )


def _invalid(s: Subject) -> str:
    return (
        f"A value is not accepted; the text names field and rule. Change it (homeport config -s {s.stack} says where "
        f"it comes from), then: {s.again}."
    )


def _not_found(s: Subject) -> str:
    return (
        f"Something that it needs is not there, or not any more. {s.again} refreshes first and makes again what of "
        f"this stack is gone; what the stack does not make, somebody else has to."
    )


def _other(s: Subject) -> str:
    return (
        f"Read the text: it is the first that failed, and the rest follows from it. With the cause mended: {s.again}."
    )


_CASES: Final[Mapping[Case, Callable[[Subject], str]]] = {
    **remedies_in_cluster.CASES,
    "api_disabled": _api_disabled,
    "billing": _billing,
    "capacity": _capacity,
    "declined": lambda s: f"Nobody said yes, so nothing was done. When it shall be: {s.again}.",
    "invalid": _invalid,
    "key": _key,
    "login": _login,
    "name_taken": _name_taken,
    "no_backend": lambda s: (
        "The place of the state is not there: homeport bootstrap makes one and says how to log in to it "
        f"(docs/bootstrap.md); to one that exists: pulumi login gs://BUCKET. Then: {s.again}."
    ),
    "no_output": lambda s: (
        f"A stack that this one reads has not been deployed with what is read; the text names it. Deploy that first: "
        f"homeport up -s OTHER. Then: {s.again}."
    ),
    "no_plugin": lambda s: f"A plugin of the engine is missing: pulumi install, then: {s.again}.",
    "no_stack": lambda s: (
        f"The stack is not in the place of the state: homeport doctor -s {s.stack} says how to make it, with the key "
        f"that its file names. Then: {s.again}."
    ),
    "no_terminal": lambda s: f"Nobody can be asked here, so say it beforehand: {s.again} --yes.",
    "not_found": _not_found,
    "not_logged_in": lambda s: (
        "No place for the state is chosen, or its token is no longer good: pulumi login gs://BUCKET; homeport "
        f"bootstrap makes a bucket where there is none (docs/bootstrap.md). Then: {s.again}."
    ),
    "passphrase": lambda s: (
        "The passphrase of the stack's secrets is missing or another one: export PULUMI_CONFIG_PASSPHRASE_FILE=FILE, "
        f"then: {s.again}."
    ),
    "pending": lambda s: f"An interrupted run has left something half-made: {s.again} names it and says what to do.",
    "policy": _policy,
    "state": lambda s: (
        "The state cannot be read: the run before was cut off while it wrote. Bring the last good version back (the "
        f"bucket keeps them; docs/runbooks/interrupted-update.md), then: {s.again}."
    ),
}
_KINDS: Final[Mapping[Kind, Callable[[Subject], str]]] = {
    "throttled": _throttled,
    "quota": _quota,
    "forbidden": _forbidden,
    "conflict": _conflict,
    "busy": _busy,
    "timeout": _timeout,
    "internal": _internal,
    "protected": _protected,
    "in_use": _in_use,
    "locked": _locked,
    "not_ready": _not_ready,
    "unreachable": _unreachable,
    "program": _program,
    "other": _other,
}
