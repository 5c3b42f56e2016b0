"""`python -m sealed_secrets_keys restore|backup ...`, in a pod."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from .amazon import SecretsManager, pod_identity
from .calls import RefusedError
from .cluster import Cluster, from_pod
from .entries import BadEntryError
from .google import SecretManager
from .work import Failure, Store, backup, restore

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def main(arguments: Sequence[str], environment: Mapping[str, str], account: Path = _ACCOUNT) -> int:
    """Do what is asked; 0 if it is done."""
    parser = argparse.ArgumentParser(prog="sealed_secrets_keys", description="Keeps sealing keys in a secret store.")
    parser.add_argument("task", choices=["restore", "backup"])
    parser.add_argument("--namespace", required=True, help="of the controller and its keys")
    parser.add_argument("--project", help="Google Cloud: project of the store")
    parser.add_argument("--region", help="AWS: region of the store")
    parser.add_argument("--part", action="append", required=True, help="entry of the store; may be repeated")
    parser.add_argument("--also", action="append", default=[], help="entry to restore from; may be repeated")
    given = parser.parse_args(arguments)
    try:
        cluster = from_pod(
            environment["KUBERNETES_SERVICE_HOST"], environment["KUBERNETES_SERVICE_PORT"], given.namespace, account
        )
        done = _do(given, cluster, _store(given, environment))
    except (RefusedError, BadEntryError, Failure) as error:
        sys.stderr.write(f"{given.task} failed: {error}\n")
        return 1
    except KeyError as error:
        sys.stderr.write(f"{given.task} failed: the environment has no {error.args[0]}: does it run in a pod?\n")
        return 1
    sys.stdout.write(f"{given.task}: {done}\n")
    return 0


def _do(given: argparse.Namespace, cluster: Cluster, store: Store) -> str:
    if given.task == "restore":
        return restore(cluster, store, parts=given.part, also=given.also)
    return backup(cluster, store, parts=given.part)


def _store(given: argparse.Namespace, environment: Mapping[str, str]) -> Store:
    if given.project:
        return SecretManager(given.project)
    if given.region:
        full_uri = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
        return SecretsManager(
            given.region, pod_identity(full_uri, environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"])
        )
    raise Failure("neither --project nor --region: there is no store")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
