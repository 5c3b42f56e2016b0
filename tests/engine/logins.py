"""Stand-ins for the programs with which the clouds log in to clusters: they know one token."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from tests.engine.control_plane import TOKEN

#: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
_CREDENTIAL: Final = json.dumps(
    {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "kind": "ExecCredential",
        "status": {"token": TOKEN},
    }
)
_GKE: Final = f"#!/bin/sh\nprintf '%s' '{_CREDENTIAL}'\n"
#: The plugin of pulumi_eks asks for the version; nothing else may ask for anything else.
_AWS: Final = f"""#!/bin/sh
case " $* " in
" --version ") echo 'aws-cli/2.31.0 Python/3.13.7 Linux/6 exe/x86_64' ;;
*" eks get-token "*) printf '%s' '{_CREDENTIAL}' ;;
*) echo "the stand-in for the AWS CLI knows no: $*" >&2; exit 64 ;;
esac
"""


def install_logins(folder: Path) -> None:
    """Write `gke-gcloud-auth-plugin` and `aws` into a folder."""
    for name, text in (("gke-gcloud-auth-plugin", _GKE), ("aws", _AWS)):
        script = folder / name
        script.write_text(text)
        script.chmod(0o755)
