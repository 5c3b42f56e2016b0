"""What comes after a state store: logging in, making the stacks, letting CI in.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Final

#: Lines of a stack's file that say what encrypts its secrets.
_ENCRYPTED: Final = re.compile(r"^(?:secretsprovider|encryptionsalt): *(.*?) *$", re.MULTILINE)


def next_steps(
    cloud: str, *, state: str, bucket: str, key: str, secrets_provider: str, stacks: Mapping[str, str]
) -> list[str]:
    """In order, each with its commands; texts of one line or more.

    Args:
        cloud: gcp or aws.
        state: what `pulumi login` takes.
        bucket: name of the bucket.
        key: the key in full.
        secrets_provider: what `pulumi stack init --secrets-provider` takes.
        stacks: the project's stacks and the text of their files.
    """
    steps = [f"Log in, on every machine; in CI set PULUMI_BACKEND_URL to the same:\npulumi login {shlex.quote(state)}"]
    names = [name for name in _global_first(stacks) if not _ENCRYPTED.search(stacks[name])]
    others = [name for name in stacks if _other(stacks[name], secrets_provider)]
    if names or not stacks:
        make = [f'pulumi stack init {name} --secrets-provider "{secrets_provider}"' for name in names or ["STACK"]]
        files = " ".join(f"Pulumi.{name}.yaml" for name in names or ["STACK"])
        steps.append(
            "\n".join(["Make the stacks; what that adds to their files is no secret:", *make, f"git add {files}"])
        )
    if others:
        steps.append(
            f"{', '.join(others)}: encrypted otherwise, so the state is elsewhere. docs/bootstrap.md says how a stack "
            "moves here"
        )
    if "global" in stacks:
        steps.append(_ci(cloud, bucket, key))
    return steps


def _ci(cloud: str, bucket: str, key: str) -> str:
    section = f"{cloud}.ci.state"
    set_it = f"homeport set -s global {section}.bucket={bucket} {section}.key={key}"
    if cloud == "gcp":
        return (
            "If CI deploys, its rights to bucket and key come with the global stack; who brings that up grants them, "
            f"and needs roles/storage.admin and roles/cloudkms.admin here:\n{set_it}"
        )
    return (
        "If CI deploys, its rights to bucket and key come with the global stack; name its roles here as well, since "
        "they are of another account:\n"
        f"{set_it}\n"
        "homeport bootstrap ... --deployers arn:aws:iam::ACCOUNT:role/homeport/ci-NAME-deploy"
    )


def _global_first(stacks: Mapping[str, str]) -> list[str]:
    return sorted(stacks, key=lambda name: (name != "global", name))


def _other(text: str, provider: str) -> bool:
    found = _ENCRYPTED.search(text)
    return found is not None and found[1].strip("\"'") != provider
