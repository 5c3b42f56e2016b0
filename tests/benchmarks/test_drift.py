"""Generated files and lock files: what counts as drift, and that this repository has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.drift import diff, drift
from benchmarks.generated import generated, left_over
from benchmarks.locks import lock_problems
from homeport.settings.project import read_project

ROOT = Path(__file__).resolve().parents[2]

PYPROJECT = """\
[project]
dependencies = ["click>=8.2,<9", "ruamel.yaml>=0.19"]
[dependency-groups]
dev = ["pytest==9.2.0"]
"""
RUN = """\
click==8.5.1 \\
    --hash=sha256:00 \\
    --hash=sha256:01
ruamel-yaml==0.19.1 \\
    --hash=sha256:02
"""
DEV = (
    RUN
    + """\
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:03
pytest==9.2.0 \\
    --hash=sha256:04
"""
)


def test_lock_files_that_fit_have_no_problems() -> None:
    assert lock_problems(PYPROJECT, RUN, DEV) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("click==8.5.1", "click==9.0.0", "click is locked at 9.0.0; pyproject.toml asks for click<9,>=8.2"),
        ("ruamel-yaml==0.19.1", "other==1", "ruamel.yaml is not locked"),
        (" \\\n    --hash=sha256:02", "", "ruamel-yaml has no hash"),
        ("click==8.5.1", "click>=8.5.1", "click is not pinned to one version"),
        ("click==8.5.1", "--index-url https://mirror.acme.example/simple\nclick==8.5.1", "it names an address"),
    ],
)
def test_what_is_wrong_with_a_lock_file_is_said(old: str, new: str, says: str) -> None:
    assert old in RUN
    found = lock_problems(PYPROJECT, RUN.replace(old, new), DEV)
    assert any(line.startswith("requirements.txt: ") and says in line for line in found), found


def test_both_lock_files_hold_the_same_versions_and_development_needs_its_own() -> None:
    other = DEV.replace("click==8.5.1", "click==8.5.0").replace("pytest==9.2.0", "pytest==9.1.0")
    assert lock_problems(PYPROJECT, RUN, other) == [
        "requirements-dev.txt: click is 8.5.0 in it, and 8.5.1 in requirements.txt",
        "requirements-dev.txt: pytest is locked at 9.1.0; pyproject.toml asks for pytest==9.2.0",
    ]


def test_the_lock_files_of_this_repository_fit() -> None:
    names = ("pyproject.toml", "requirements.txt", "requirements-dev.txt")
    assert lock_problems(*((ROOT / name).read_text() for name in names)) == []


def test_a_diff_leads_from_the_file_to_what_it_should_be() -> None:
    path = Path("docs/x.md")
    assert diff(path, "same\n", "same\n") == ""
    assert diff(path, "old\n", "new\n").splitlines() == [
        "--- a/docs/x.md", "+++ b/docs/x.md", "@@ -1 +1 @@", "-old", "+new",
    ]  # fmt: skip
    assert diff(path, None, "new").splitlines()[0] == "--- /dev/null"


def test_comparing_writes_nothing_and_writing_leaves_nothing_to_compare(tmp_path: Path) -> None:
    files = [(Path("a/b.txt"), "text\r\nwith its own line ends\n"), (Path("c.txt"), "text\n")]
    (tmp_path / "c.txt").write_text("text\n")
    (tmp_path / "old.txt").touch()
    assert len(drift(tmp_path, files, [Path("old.txt")], write=False)) == 2
    assert not (tmp_path / "a").exists()
    assert drift(tmp_path, files, [Path("old.txt")], write=True) == ["wrote a/b.txt", "removed old.txt"]
    assert drift(tmp_path, files, [], write=False) == []


def test_every_shipped_stack_has_its_golden_plan_as_json_and_as_a_tree() -> None:
    project = read_project(ROOT)
    paths = {path.as_posix() for path, _ in generated(project)}
    assert paths >= {f"tests/golden/{stack}.{suffix}" for stack in project.stacks() for suffix in ("json", "txt")}
    assert paths >= {"schemas/stack.schema.json", "docs/reference/settings.md"}


def test_generated_files_are_what_the_code_generates() -> None:
    project = read_project(ROOT)
    texts = drift(ROOT, generated(project), left_over(project), write=False)
    assert not texts, "run: make goldens, and read the diff\n" + "".join(texts)


def test_golden_files_of_stacks_that_are_no_more_are_found(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    (tmp_path / "Pulumi.stage.yaml").touch()
    golden = tmp_path / "tests" / "golden"
    golden.mkdir(parents=True)
    for name in ("stage.json", "gone.json", "gone.txt", "README.md"):
        (golden / name).touch()
    assert [path.name for path in left_over(read_project(tmp_path))] == ["gone.json", "gone.txt"]
