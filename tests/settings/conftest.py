"""A small project in a temporary folder, with a model of its own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, Field

from homeport.model import In, Model, Tagged, TextFromInt, rule_error
from homeport.problems import Problem, SettingsError, dotted
from homeport.settings import EngineConfig, Loaded, load


def _even(value: int) -> int:
    if value % 2:
        raise rule_error("must be even", f"write {value + 1}")
    return value


class Rolling(Model):
    """One by one."""

    strategy: Literal["rolling"] = "rolling"
    surge: Annotated[int, Field(ge=0)] = 1


class Swap(Model):
    """All at once."""

    strategy: Literal["swap"]
    soak: int = 60


class Pool(Model):
    """Some machines."""

    machines: Annotated[list[str], Field(min_length=1)]
    min: int = 0
    max: Annotated[int, Field(ge=1)] = 3
    spot: bool = False
    labels: dict[str, str] = Field(default_factory=dict)
    upgrade: Annotated[Rolling | Swap, Tagged("strategy")] = Rolling()

    def check(self) -> Any:
        for index, machine in enumerate(self.machines):
            if machine in self.machines[:index]:
                yield Problem(("machines", index), "stands twice", "remove one", machine)
        if self.min > self.max:
            yield Problem(("min",), "must not exceed max", "lower it", self.min, related=(("max",),))


class Red(Model):
    """One kind."""

    kind: Literal["red"]
    size: Annotated[int, AfterValidator(_even)] = 2
    pools: dict[str, Pool] = Field(default_factory=dict)

    def check(self) -> Any:
        if not self.pools:
            yield Problem(("pools",), "needs a pool", "add one")


class Blue(Model):
    """Another kind."""

    kind: Literal["blue"]
    context: str


class App(Model):
    """Something that runs."""

    tag: TextFromInt
    ratio: float = 0.5
    ports: list[int] = Field(default_factory=list)
    host: str | None = None
    notes: str | list[str] = ""
    level: Literal["low", "high"] = "low"
    code: Annotated[str, Field(pattern="^[a-z]+$", examples=["abc"])] = "abc"
    token_file: Annotated[str, Field(max_length=20)] = ""

    def check(self) -> Any:
        if self.token_file.startswith("/"):
            yield Problem(("token_file",), "must not be absolute", value=self.token_file)


class House(Model):
    """A whole stack."""

    layer: Literal["house"]
    environment: str
    owner: str = "nobody"
    strict: bool = False
    count: int = 1
    nickname: str = Field(default="", max_length=5)
    unit: Annotated[Red | Blue, Field(discriminator="kind")] | None = None
    cluster: Annotated[Red | Blue, Field(discriminator="kind")] | None = None
    apps: dict[str, App] = Field(default_factory=dict)
    secrets: dict[str, In[str]] = Field(default_factory=dict)

    def check(self) -> Any:
        if self.strict and self.owner == "nobody":
            yield Problem(("owner",), "strict needs an owner", "name one", related=(("strict",),))
        if self.environment == "needy" and "grafana" not in self.secrets:
            yield Problem(("secrets",), "grafana is missing", "set it")


class Shed(Model):
    """Another layer; it has a field that is called like the tag of the first."""

    layer: Literal["shed"]
    house: dict[str, int] = Field(default_factory=dict)


Either = Annotated[House | Shed, Field(discriminator="layer")]

HEAD = "layer: house\nenvironment: dev\n"


@dataclass
class Yard:
    """A project in a folder; `settings` are written without `homeport:` and `config:`."""

    root: Path
    model: Any = House
    union: Any = Either

    def write(self, text: str, *, stack: str = "dev") -> Path:
        """A stack file, as it stands."""
        file = self.root / f"Pulumi.{stack}.yaml"
        file.write_bytes(text.encode())
        return file

    def base(self, text: str) -> None:
        (self.root / "stacks").mkdir(exist_ok=True)
        (self.root / "stacks" / "base.yaml").write_text(dedent(text))

    def settings(self, text: str, *, head: str = HEAD) -> Path:
        """A stack file from settings: every line that is not indented gets its namespace."""
        lines = (head + dedent(text)).splitlines()
        named = [f"homeport:{line}" if line[:1].isalpha() or line[:1] == '"' else line for line in lines]
        return self.write("config:\n" + indent("\n".join(named), "  ") + "\n")

    def load(self, text: str = "", *, head: str = HEAD, engine: EngineConfig | None = None) -> Loaded[Any]:
        self.settings(text, head=head)
        return load(self.model, root=self.root, stack="dev", engine=engine)

    def problems(self, text: str, *, head: str = HEAD, engine: EngineConfig | None = None) -> tuple[Problem, ...]:
        with pytest.raises(SettingsError) as caught:
            self.load(text, head=head, engine=engine)
        return caught.value.problems

    def problem(self, text: str, *, head: str = HEAD) -> str:
        """The only problem as `place path = value: rule; fix`."""
        found = self.problems(text, head=head)
        assert len(found) == 1, "\n".join(problem.text() for problem in found)
        return f"{found[0].location} {found[0].text()}"

    def paths(self, text: str, *, head: str = HEAD) -> list[str]:
        return [dotted(problem.path) for problem in self.problems(text, head=head)]


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    (tmp_path / "Pulumi.yaml").write_text("name: yard\nruntime: python\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.homeport]\nsettings = "yard_settings:House"\nbase = "stacks/base.yaml"\nschema = "stack.schema.json"\n'
    )
    return Yard(tmp_path)


@pytest.fixture
def two_layers(yard: Yard) -> Yard:
    yard.model = yard.union
    return yard
