"""Copies of the sealing keys: entries of the secret store, a Job that puts keys back, a CronJob that keeps them.

The Job runs before the controller: a controller that finds no key makes one, and what was sealed before cannot be read.
Both run the program in `sealed_secrets_keys`, which never deletes a key, so that each may run at any time.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any, Final

from homeport.addons.items import Item, Need, Object
from homeport.addons.sealed_secrets_args import SealedSecretsArgs
from homeport.addons.sealed_secrets_chart import NAMESPACE
from homeport.addons.sealed_secrets_network import KEYS_LABELS
from homeport.addons.site import Site
from homeport.addons.stored_secret import StoreAccess, StoredSecret, StoreEncryption, name_of
from homeport.kube.manifest import TIMEOUT, Manifest

NAME: Final = "sealed-secrets-keys"
BACKUP: Final = "sealed-secrets-backup"
RESTORE: Final = "sealed-secrets-restore"
#: Every hour: a new key is alone in the cluster for so long at most.
SCHEDULE: Final = "17 * * * *"

_PACKAGE: Final = "sealed_secrets_keys"
#: Python's official image, from the copy that has no limit on anonymous pulls.
# renovate: datasource=docker depName=public.ecr.aws/docker/library/python
_IMAGE: Final = "public.ecr.aws/docker/library/python"
_TAG: Final = "3.13-slim-bookworm"
_DIGEST: Final = "sha256:01f42367a0a94ad4bc17111776fd66e3500c1d87c15bbd6055b7371d39c124fb"
_USER: Final = 65532
#: Seconds that a run may take: longer than the program waits for rights to become known.
_DEADLINE: Final = 900


def backup_items(args: SealedSecretsArgs, site: Site) -> list[Item]:
    """Everything that keeps keys, the release itself excepted."""
    parts = [f"store-{number}" for number in range(1, args.backup.parts + 1)]
    return [
        *_store(parts, args, site),
        *_rights_in_cluster(),
        Object(key="program", manifest=Manifest("v1", "ConfigMap", NAME, NAMESPACE, {"data": program()})),
        Object(
            key="restore",
            manifest=Manifest(
                "batch/v1",
                "Job",
                RESTORE,
                NAMESPACE,
                {"spec": _job(_arguments("restore", parts, args, site), site)},
                labels=KEYS_LABELS,
                annotations={
                    # The program is patient with rights that are not known everywhere yet, so the engine must be, too.
                    TIMEOUT: str(_DEADLINE + 300),
                    # Without it the next update would wait for the same failed Job again, and for good.
                    "pulumi.com/replaceUnready": "true",
                },
            ),
            needs=_pod_needs(),
        ),
        Object(
            key="backup",
            manifest=Manifest(
                "batch/v1",
                "CronJob",
                BACKUP,
                NAMESPACE,
                {"spec": _cron_job(_arguments("backup", parts, args, site), site)},
                labels=KEYS_LABELS,
            ),
            needs=[*_pod_needs(), Need("release", "before the controller runs there is no key to keep")],
        ),
    ]


def program() -> dict[str, str]:
    """The files of the program, by name."""
    folder = resources.files("homeport.addons").joinpath(_PACKAGE)
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".py")
    }


def image(site: Site) -> str:
    """What the pods run."""
    own, _, path = _IMAGE.partition("/")
    return f"{site.charts.image_registry or own}/{path}:{_TAG}@{_DIGEST}"


def _store(parts: Sequence[str], args: SealedSecretsArgs, site: Site) -> list[Item]:
    key = args.backup.key
    items: list[Item] = []
    needs: list[Need] = []
    if key is not None and site.cloud == "gcp":
        items.append(StoreEncryption(key="store-encryption", encryption=key))
        needs.append(Need("store-encryption", "Secret Manager refuses an entry whose key it may not use", "both"))
    items += [
        StoredSecret(
            key=part,
            description=f"Keys of sealed-secrets in the cluster {site.cluster}",
            encryption=key,
            needs=needs,
        )
        for part in parts
    ]
    access = StoreAccess(
        key="access",
        service_account=NAME,
        namespace=NAMESPACE,
        stored=parts,
        named=args.backup.restore_from,
        encryption=key,
        needs=[Need(part, "a right hangs on its entry", "both") for part in parts],
    )
    return [*items, access]


def _rights_in_cluster() -> list[Object]:
    """List and make Secrets in this one namespace; no right to change or delete any."""
    role = "rbac.authorization.k8s.io"
    rules = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "list"]}]
    subjects = [{"kind": "ServiceAccount", "name": NAME, "namespace": NAMESPACE}]
    binding = {"roleRef": {"apiGroup": role, "kind": "Role", "name": NAME}, "subjects": subjects}
    account = {"automountServiceAccountToken": False}
    return [
        Object(key="service-account", manifest=Manifest("v1", "ServiceAccount", NAME, NAMESPACE, account)),
        Object(key="role", manifest=Manifest(f"{role}/v1", "Role", NAME, NAMESPACE, {"rules": rules})),
        Object(
            key="role-binding",
            manifest=Manifest(f"{role}/v1", "RoleBinding", NAME, NAMESPACE, binding),
            needs=[Need("role", "names it"), Need("service-account", "names it")],
        ),
    ]


def _pod_needs() -> list[Need]:
    return [
        Need("cluster/nodes", "its pod needs a place to run, and the update waits for it"),
        Need("access", "a pod that starts before its rights gets no credentials"),
        Need("role-binding", "it reads keys from the API"),
        Need("program", "its pod mounts it"),
        Need("network-keys", "the namespace is closed otherwise"),
    ]


def _arguments(task: str, parts: Sequence[str], args: SealedSecretsArgs, site: Site) -> list[Any]:
    where = ["--project", site.project] if site.cloud == "gcp" else ["--region", site.region]
    own = [text for part in parts for text in ("--part", name_of(part, site))]
    others = [text for name in args.backup.restore_from if task == "restore" for text in ("--also", name)]
    return ["-m", _PACKAGE, task, "--namespace", NAMESPACE, *where, *own, *others]


def _job(arguments: Sequence[Any], site: Site) -> dict[str, Any]:
    return {
        "activeDeadlineSeconds": _DEADLINE,
        "backoffLimit": 2,
        "template": {
            "metadata": {"labels": KEYS_LABELS},
            "spec": {
                "serviceAccountName": NAME,
                "automountServiceAccountToken": True,
                "enableServiceLinks": False,
                "restartPolicy": "Never",
                "securityContext": {
                    "fsGroup": _USER,
                    "runAsGroup": _USER,
                    "runAsNonRoot": True,
                    "runAsUser": _USER,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [_container(arguments, site)],
                "volumes": [{"name": "program", "configMap": {"name": NAME}}],
            },
        },
    }


def _container(arguments: Sequence[Any], site: Site) -> dict[str, Any]:
    return {
        "name": "keys",
        "image": image(site),
        # The digest says which; asking the registry each hour would make a backup fail whenever that is away.
        "imagePullPolicy": "IfNotPresent",
        "command": ["python3"],
        "args": list(arguments),
        "env": [
            {"name": "PYTHONDONTWRITEBYTECODE", "value": "1"},
            {"name": "PYTHONPATH", "value": "/program"},
        ],
        "resources": {
            "requests": {"cpu": "20m", "memory": "48Mi", "ephemeral-storage": "16Mi"},
            "limits": {"cpu": "500m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsGroup": _USER,
            "runAsNonRoot": True,
            "runAsUser": _USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [{"name": "program", "mountPath": f"/program/{_PACKAGE}", "readOnly": True}],
    }


def _cron_job(arguments: Sequence[Any], site: Site) -> dict[str, Any]:
    return {
        "schedule": SCHEDULE,
        "concurrencyPolicy": "Forbid",
        "startingDeadlineSeconds": 600,
        "successfulJobsHistoryLimit": 1,
        "failedJobsHistoryLimit": 3,
        "jobTemplate": {
            "metadata": {"labels": KEYS_LABELS},
            "spec": {**_job(arguments, site), "ttlSecondsAfterFinished": 86400},
        },
    }
