"""What `homeport init` asks: one model, whose problems name the command's options. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, ValidationError

from homeport.cluster.gke_args import GcpRegion, ProjectId
from homeport.globals.ci_args import CiIdentity
from homeport.globals.ci_subjects import repository_problems
from homeport.globals.dns_args import CLOUD_DNS_ZONE
from homeport.globals.dns_plan import editor_name
from homeport.globals.values import AccountId, AwsRegion
from homeport.labels import LabelValue
from homeport.model import Model
from homeport.naming import GCP_SERVICE_ACCOUNT
from homeport.problems import NO_VALUE, Problem, SettingsError
from homeport.values import Cidr, DnsLabel, DnsName

#: Environments whose loss hurts: theirs are the large and protected files.
PRODUCTION: Final = ("prod", "production", "live")
#: As many of each kind as there are ranges for, see `homeport.init.ranges`.
MOST_ENVIRONMENTS: Final = 5
#: Names that stand for something else in the files.
_TAKEN: Final = {
    "global": "the stack that all others share",
    "local": "the stack of any kubeconfig",
    "eks": "the zone of what runs on AWS",
    "registrar": "a parent outside of the zones",
}
_GOOGLE: Final = ("gcp_region", "gcp_backup_region", "gcp_projects", "billing_account")
_AMAZON: Final = ("aws_region", "aws_accounts", "office")


class Answers(Model):
    """What tells one organisation's stack files from another's."""

    organisation: DnsLabel
    """Short name; also the name of its DNS zone in the settings."""
    domain: DnsName
    """Domain under which everything lives."""
    cloud: Literal["gcp", "aws", "both"]
    """gcp, aws or both."""
    gcp_region: GcpRegion | None = None
    """Region of the clusters on Google Cloud."""
    gcp_backup_region: GcpRegion | None = None
    """Region of the backups; default: a second one under the same law where there is one, else gcp_region."""
    gcp_projects: dict[DnsLabel, ProjectId] = Field(default_factory=dict)
    """Project of `global` and of each environment."""
    billing_account: Annotated[str, Field(pattern=r"^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$")] | None = None
    """Billing account of the Google Cloud budget; default: no budget there."""
    aws_region: AwsRegion | None = None
    """Region of the clusters on AWS."""
    aws_accounts: dict[DnsLabel, AccountId] = Field(default_factory=dict)
    """Account of `global` and of each environment."""
    office: Cidr | None = None
    """Where people sit: EKS's public API outside of production answers to it alone."""
    repository: str | None = None
    """Repository whose jobs deploy; default: no CI identity."""
    ci: Literal["github", "gitlab"] = "github"
    """Where the repository is."""
    environments: Annotated[list[DnsLabel], Field(min_length=1)] = Field(default_factory=lambda: ["stage", "prod"])
    """Environments, each a cluster per cloud; prod, production and live are protected."""
    owner: LabelValue = "platform"
    """Team that answers for the stacks."""
    cost_centre: LabelValue
    """Where the cost is booked."""
    production_cost_centre: LabelValue | None = None
    """Where production's cost is booked; default: cost_centre."""

    @property
    def on_gcp(self) -> bool:
        """Whether Google Cloud was chosen."""
        return self.cloud != "aws"

    @property
    def on_aws(self) -> bool:
        """Whether AWS was chosen."""
        return self.cloud != "gcp"

    @property
    def production(self) -> list[str]:
        """Environments that are production, in the given order."""
        return [name for name in self.environments if name in PRODUCTION]

    @property
    def trial(self) -> list[str]:
        """Environments that are not production, in the given order."""
        return [name for name in self.environments if name not in PRODUCTION]

    def check(self) -> Iterator[Problem]:
        """What only all answers together show; paths are options."""
        yield from self._environment_problems()
        if self.organisation in {*_TAKEN, *self.environments, *(f"{name}-eks" for name in self.environments)}:
            rule = "names a zone in the settings, and so does something else: an environment, eks or registrar"
            yield _problem("organisation", rule, "choose another short name", self.organisation)
        if self.aws_region and self.aws_region.startswith(("cn-", "us-gov-", "us-iso")):
            rule = "lies in a partition of its own, with other names of roles and another currency"
            fix = "init knows the commercial regions; write the files of this one by hand"
            yield _problem("aws_region", rule, fix, self.aws_region)
        for name, owners in (("gcp_projects", self.gcp_projects), ("aws_accounts", self.aws_accounts)):
            yield from self._owner_problems(name, owners)
        if self.repository is not None:
            named = CiIdentity.model_construct(provider=self.ci, repository=self.repository)
            for found in repository_problems(named):
                yield _problem("repository", found.rule, found.fix, self.repository)
        account = editor_name(self.organisation)
        if self.on_gcp and self.production and (broken := GCP_SERVICE_ACCOUNT.violation(account)):
            rule = f"names the identity that keeps the records of its zone: {broken}"
            yield _problem("organisation", rule, "choose a shorter name", self.organisation)
        longest = max(("eks", *self.environments), key=len)
        zone = zone_name(f"{longest}.{self.domain}")
        if self.on_gcp and (broken := CLOUD_DNS_ZONE.violation(zone)):
            yield _problem("domain", broken, "use a shorter domain, or rename the environment", self.domain)

    def _environment_problems(self) -> Iterator[Problem]:
        for index, name in enumerate(self.environments):
            if name in self.environments[:index]:
                yield _problem("environments", "stands in the list twice", "name each once", name)
            if name in _TAKEN:
                yield _problem("environments", f"stands for {_TAKEN[name]}", "choose another name", name)
            if self.on_gcp and not name[0].isalpha():
                rule = "names clusters and networks, which begin with a letter on Google Cloud"
                yield _problem("environments", rule, f"write for example e{name}", name)
            if self.cloud == "both" and name.endswith("-eks"):
                rule = "stacks on AWS end in -eks, so it would be taken for one"
                yield _problem("environments", rule, f"write {name.removesuffix('-eks')}", name)
        for kind, names in (("are production", self.production), ("are not production", self.trial)):
            if len(names) > MOST_ENVIRONMENTS:
                rule = f"{len(names)} environments {kind}; init has ranges for {MOST_ENVIRONMENTS}"
                yield _problem("environments", rule, "begin with fewer; add files for more later")

    def _owner_problems(self, field: str, owners: Mapping[str, str]) -> Iterator[Problem]:
        first: dict[str, str] = {}
        for name, owner in owners.items():
            if name not in ("global", *self.environments):
                there = ", ".join(("global", *self.environments))
                yield _problem(field, f"there is no {name}; there are {there}", "remove it", f"{name}={owner}")
            elif owner in first:
                rule = f"{name} and {first[owner]} have the same; each needs one of its own, so that who administers"
                rule += " one cannot reach the other"
                yield _problem(field, rule, f"make another for {name}", owner)
            first.setdefault(owner, name)


class AnswersError(SettingsError):
    """All that keeps the files from being written; paths are the options, or files."""

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''}; nothing was written:"
        return "\n".join([head, *(line for problem in self.problems for line in ["", *problem.lines()])])


def option(field: str) -> str:
    """The command's option of an answer."""
    return f"--{field.replace('_', '-')}"


def zone_name(domain: str) -> str:
    """Cloud DNS's name for the zone of a domain: dashes for dots, and a letter first."""
    name = domain.replace(".", "-")
    return name if name[0].isalpha() else f"z-{name}"


def required(raw: Mapping[str, Any]) -> list[str]:
    """The answers that must be given, in the order in which to ask, as far as those already given tell."""
    cloud = raw.get("cloud")
    environments = raw.get("environments") or ["stage", "prod"]
    fields = ["organisation", "domain", "cloud"]
    if cloud in {"gcp", "both"}:
        fields += ["gcp_region", "gcp_projects"]
    if cloud in {"aws", "both"}:
        fields += ["aws_region", "aws_accounts"]
        if any(name not in PRODUCTION for name in environments):
            fields.append("office")
    return [*fields, "cost_centre"]


def field_problems(field: str, value: Any) -> list[Problem]:
    """What is wrong with one answer by itself."""
    info = Answers.model_fields[field]
    annotated: Any = Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
    try:
        TypeAdapter(annotated, config={"strict": True, "hide_input_in_errors": True}).validate_python(value)
    except ValidationError as error:
        return [_of_pydantic(field, dict(found)) for found in error.errors(include_url=False)]
    return []


def parse_answers(raw: Mapping[str, Any]) -> Answers:
    """The answers, checked.

    Args:
        raw: field of `Answers` to value; None stands for no answer.

    Raises:
        AnswersError: everything that is wrong or missing, at once.
    """
    given = {name: value for name, value in raw.items() if value is not None}
    missing = [name for name in required(given) if name not in given]
    problems = [_problem(name, "is missing", _hint(name)) for name in missing]
    for name, value in given.items():
        problems += field_problems(name, value)
    cloud = given.get("cloud")
    unused = {"gcp": _AMAZON, "aws": _GOOGLE}.get(cloud, ()) if isinstance(cloud, str) else ()
    for name in unused:
        if name in given:
            rule = f"has no effect: the cloud is {cloud}"
            problems.append(_problem(name, rule, f"remove it, or write {option('cloud')} both"))
    problems += _missing_owners(given, unused)
    if not problems:
        answers = Answers.model_construct(**given)
        problems += list(answers.check())
    if problems:
        raise AnswersError(problems)
    return Answers.model_validate(given)


def _missing_owners(given: Mapping[str, Any], unused: tuple[str, ...]) -> Iterator[Problem]:
    environments: list[str] = given.get("environments") or ["stage", "prod"]
    for field in ("gcp_projects", "aws_accounts"):
        owners: Mapping[str, str] | None = given.get(field)
        lacking = [name for name in ("global", *environments) if owners is not None and name not in owners]
        if lacking and field not in unused:
            yield _problem(field, f"names none for {', '.join(lacking)}", _hint(field))


def _hint(field: str) -> str:
    examples = {
        "organisation": "acme",
        "domain": "acme.example",
        "cloud": "gcp, aws or both",
        "gcp_region": "europe-west3",
        "gcp_projects": "global=acme-global,stage=acme-stage,prod=acme-prod",
        "aws_region": "eu-central-1",
        "aws_accounts": "global=111122223333,stage=222233334444,prod=333344445555",
        "office": "203.0.113.0/24, the range from which people reach EKS's API",
        "cost_centre": '"1000", where the cost is booked',
    }
    return f"add {option(field)}, for example {examples[field]}"


def _of_pydantic(field: str, error: Mapping[str, Any]) -> Problem:
    context = error.get("ctx", {})
    # Found by a rule of ours, or by one of pydantic's own.
    rule = str(context.get("rule") or error["msg"])
    fix = str(context.get("fix", ""))
    if "pattern" in context:
        rule = "does not look like one"
        fix = {"gcp_region": "for example europe-west3", "gcp_backup_region": "for example europe-west10"}.get(
            field, {"aws_region": "for example eu-central-1"}.get(field, "for example 012345-6789AB-CDEF01")
        )
    names = [str(part) for part in error["loc"] if part != "[key]"]
    shown: Any = error.get("input", NO_VALUE)
    if names and isinstance(shown, str):
        shown = f"{names[0]}={shown}" if not names[0].isdigit() and names[0] != shown else shown
    return _problem(field, rule, fix, shown)


def _problem(field: str, rule: str, fix: str, value: Any = NO_VALUE) -> Problem:
    return Problem((option(field),), rule, fix, value)
