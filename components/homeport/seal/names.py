"""What a Secret may be called.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Final

from homeport.seal.errors import SealError
from homeport.seal.manifest import Target
from homeport.seal.scope import Scope

_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


def check_target(*, name: str | None, namespace: str | None, scope: Scope, kind: str) -> Target:
    """The Secret to be.

    Raises:
        SealError: it has no name, or no namespace where its scope needs one, or one of them is none.
    """
    if not name:
        raise SealError("a Secret needs a name", "--name NAME")
    if len(name) > 253 or not _NAME.fullmatch(name):
        raise SealError(
            f'--name "{name}" is no name: up to 253 characters of a-z, 0-9, - and ., not first or last a - or .'
        )
    if not namespace and scope != "cluster-wide":
        raise SealError(
            f"the scope {scope} binds the values to a namespace, and none is named",
            "--namespace NAMESPACE, or --scope cluster-wide if it is to open anywhere",
        )
    if namespace and not _NAMESPACE.fullmatch(namespace):
        raise SealError(f'--namespace "{namespace}" is no namespace: up to 63 characters of a-z, 0-9 and -')
    return Target(name, namespace or "", scope, kind)
