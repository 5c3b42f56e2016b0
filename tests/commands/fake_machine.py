"""A machine made of dictionaries, for the checks and for commands that ask programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from homeport.doctor.machine import PATIENCE, Ran

ROOT = Path("/project")
HOME = Path("/home/user")


@dataclass
class FakeMachine:
    """Programs are on PATH when they are in `programs`; `answers` maps the end of a command line to how it ends."""

    env: dict[str, str] = field(default_factory=dict[str, str])
    programs: set[str] = field(default_factory=set)
    answers: dict[str, Ran] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    distributions: dict[str, str] = field(default_factory=dict)
    python: tuple[int, int, int] = (3, 11, 7)
    executable: str = "/project/.venv/bin/python"
    home: Path = HOME
    asked: list[str] = field(default_factory=list)

    def which(self, program: str) -> str | None:
        return f"/usr/bin/{program}" if program in self.programs else None

    def run(self, *command: str, cwd: Path, patience: float = PATIENCE) -> Ran:
        line = " ".join(command)
        self.asked.append(line)
        for end, ran in self.answers.items():
            if line.endswith(end):
                return ran
        return Ran(1, err=f"error: nobody told the fake what {line!r} answers")

    def read(self, path: Path) -> str | None:
        return self.texts.get(path)

    def exists(self, path: Path) -> bool:
        return path in self.texts

    def installed(self, distribution: str) -> str | None:
        return self.distributions.get(distribution)
