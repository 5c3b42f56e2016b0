"""Credentials and helpers for the stack's cloud, looked for without network and without reading any secret."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from homeport.doctor.finding import Finding, ok
from homeport.doctor.machine import Machine
from homeport.doctor.stack_file import StackFile, contexts

#: Variables that hold a credential themselves, in the order in which the provider looks.
#: https://www.pulumi.com/registry/packages/gcp/installation-configuration/
_GCP_IN_VARIABLE: Final = (
    "GOOGLE_CREDENTIALS",
    "GOOGLE_CLOUD_KEYFILE_JSON",
    "GCLOUD_KEYFILE_JSON",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
)
_ADC: Final = "application_default_credentials.json"
_LOGIN: Final = "gcloud auth application-default login"
_CLOUD_SDK: Final = "https://cloud.google.com/sdk/docs/install"


def google(machine: Machine, root: Path, file: StackFile, stack: str) -> Iterator[Finding]:
    """What GKE needs: a credential, a project, and what kubectl and the Kubernetes provider log in with."""
    yield google_credentials(machine)
    yield _google_project(file, stack)
    for program, why in (("gcloud", "signs in"), ("gke-gcloud-auth-plugin", "the cluster's kubeconfig runs it")):
        if machine.which(program):
            yield ok(program, "on PATH")
        else:
            fix = f"install it: {_CLOUD_SDK}" if program == "gcloud" else f"gcloud components install {program}"
            yield Finding(program, "missing", f"not on PATH; {why}", fix)
    if machine.which("gcloud"):
        yield _gcloud_account(machine, root)
    yield kubectl(machine)


def google_credentials(machine: Machine) -> Finding:
    """The credential that the provider, the state bucket and the KMS key take.

    https://cloud.google.com/docs/authentication/application-default-credentials
    """
    name = "credentials"
    for variable in _GCP_IN_VARIABLE:
        if machine.env.get(variable):
            return ok(name, f"from {variable} (the state bucket and KMS need application default ones as well)")
    pointed = machine.env.get("GOOGLE_APPLICATION_CREDENTIALS")
    path = Path(pointed) if pointed else _default_file(machine)
    text = machine.read(path)
    if text is None and pointed:
        return Finding(
            name,
            "wrong",
            f"GOOGLE_APPLICATION_CREDENTIALS names {pointed}, which cannot be read",
            f"unset GOOGLE_APPLICATION_CREDENTIALS && {_LOGIN}",
        )
    if text is None:
        return Finding(
            name,
            "missing",
            "no application default credentials (on a Google Cloud machine its own account is used instead)",
            _LOGIN,
        )
    kind = _kind(text)
    if kind is None:
        return Finding(name, "wrong", f"{path} is no credential file of Google Cloud", _LOGIN)
    return ok(name, f"{kind}, {'GOOGLE_APPLICATION_CREDENTIALS' if pointed else 'application default credentials'}")


def existing(machine: Machine, root: Path, file: StackFile, stack: str) -> Iterator[Finding]:
    """What a cluster that something else made needs: its context in a kubeconfig."""
    paths = _kubeconfigs(machine, root, file.kubeconfig)
    shown = os.pathsep.join(str(path) for path in paths)
    found = [name for path in paths for name in contexts(machine.read(path) or "")]
    if file.context is None:
        return
    if file.context in found:
        yield ok("context", f"{file.context} is in {shown}")
    else:
        kind = file.context.removeprefix("kind-")
        make = f"kind create cluster --name {kind}" if kind != file.context else "kubectl config get-contexts"
        has = f"it has {', '.join(found)}" if found else "it has none"
        yield Finding(
            "context",
            "missing",
            f"{file.context} is not in {shown}; {has}",
            f"{make}   (or name another: homeport set -s {stack} cluster.context=NAME)",
        )
    yield kubectl(machine)


def kubectl(machine: Machine) -> Finding:
    """For people; Pulumi does without."""
    if machine.which("kubectl"):
        return ok("kubectl", "on PATH", "extra")
    fix = "gcloud components install kubectl   (or https://kubernetes.io/docs/tasks/tools/)"
    return Finding("kubectl", "missing", "not on PATH; Pulumi does without, people do not", fix, "extra")


def _google_project(file: StackFile, stack: str) -> Finding:
    if file.project:
        return ok("project", file.project)
    return Finding(
        "project",
        "missing",
        "the stack names no Google Cloud project",
        f"homeport set -s {stack} cluster.project=PROJECT",
    )


def _gcloud_account(machine: Machine, root: Path) -> Finding:
    """The account that gke-gcloud-auth-plugin takes its tokens from; it is not the application default one."""
    name = "gcloud account"
    ran = machine.run("gcloud", "config", "get-value", "account", "--quiet", cwd=root)
    account = ran.out.strip()
    if ran.code == 0 and account and account != "(unset)":
        return ok(name, account)
    if ran.code is None:
        return Finding(name, "wrong", "gcloud does not answer", "gcloud info")
    return Finding(
        name,
        "missing",
        "gcloud is not signed in; gke-gcloud-auth-plugin takes its tokens from it",
        "gcloud auth login   (a service account or CI: gcloud auth login --cred-file=FILE)",
    )


def _default_file(machine: Machine) -> Path:
    if folder := machine.env.get("CLOUDSDK_CONFIG"):
        return Path(folder) / _ADC
    if appdata := machine.env.get("APPDATA"):
        return Path(appdata) / "gcloud" / _ADC
    return machine.home / ".config" / "gcloud" / _ADC


def _kind(text: str) -> str | None:
    """The type that a credential file says it is; nothing else of it is looked at."""
    try:
        kind = json.loads(text).get("type")
    except (ValueError, AttributeError):
        return None
    return kind if isinstance(kind, str) and kind.replace("_", "").isalnum() else None


def _kubeconfigs(machine: Machine, root: Path, given: str | None) -> list[Path]:
    if given:
        return [root / Path(given.replace("~", str(machine.home), 1) if given.startswith("~") else given)]
    listed = [Path(part) for part in machine.env.get("KUBECONFIG", "").split(os.pathsep) if part]
    return listed or [machine.home / ".kube" / "config"]
