"""Every statement and grant that the examples of each intent become, as readable files.

`python -m tests.identity.pinned_documents` (with PYTHONPATH=components) writes them anew.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from homeport.identity.aws_documents import merge
from homeport.identity.permissions import Permission
from homeport.identity.reference import AWS, EXAMPLES, GCP
from homeport.identity.render_aws import render as render_aws
from homeport.identity.render_gcp import native
from homeport.identity.render_gcp import render as render_gcp

FOLDER = Path(__file__).parent / "documents"


def rendered(permission: Permission) -> str:
    grants: list[dict[str, Any]] = [asdict(grant) for grant in render_gcp(permission, GCP)]
    found = {
        "aws": [statement.as_json() for statement in merge(render_aws(permission, AWS))],
        "gcp": grants or native(permission),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for example in EXAMPLES:
        (FOLDER / f"{example.kind}.json").write_text(rendered(example))
