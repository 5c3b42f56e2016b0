"""Small Pulumi projects in real git repositories."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

#: A program of two resources; what varies is read from the stack's own name and a file beside it.
PROGRAM = """\
import json
import pathlib
import pulumi

settings = json.loads(pathlib.Path("settings.json").read_text())
stack = pulumi.get_stack()
if stack in settings.get("broken", []):
    raise pulumi.RunError("the settings are wrong: write a zone")


class Thing(pulumi.CustomResource):
    def __init__(self, type_, name, inputs, protect=False, aliases=()):
        opts = pulumi.ResourceOptions(protect=protect, aliases=[pulumi.Alias(name=old) for old in aliases])
        super().__init__(type_, name, inputs, opts)


for type_, name, inputs, *more in settings["resources"].get(stack, []):
    Thing(type_, name, inputs, *more)
"""


def git(folder: Path, *arguments: str) -> str:
    """Run git, independent of the machine's settings."""
    env = {
        **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        **{
            f"GIT_{who}_{what}": "maintainers@acme.example"
            for who in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        },
    }
    ran = subprocess.run(["git", *arguments], cwd=folder, env=env, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def commit(folder: Path, files: Mapping[str, str] | None = None) -> str:
    """Commit everything; the commit's name."""
    write(folder, files or {})
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "Change")
    return git(folder, "rev-parse", "HEAD")


def repository(folder: Path, settings: str, stacks: tuple[str, ...] = ("dev", "prod")) -> Path:
    """A project in a new repository with one commit, on a branch `work` that left `main` there."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(
        folder,
        {
            "Pulumi.yaml": "name: shop\nruntime: python\n",
            "__main__.py": PROGRAM,
            "settings.json": settings,
            **{f"Pulumi.{stack}.yaml": "config: {}\n" for stack in stacks},
        },
    )
    git(folder, "checkout", "--quiet", "-b", "work")
    return folder
