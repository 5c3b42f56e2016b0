"""The organisation's values in the file that stack files share; every other byte of it stays. Pure."""

from __future__ import annotations

from typing import Any, Final

from homeport.init.answers import Answers
from homeport.init.global_file import backup_region
from homeport.problems import Path, Problem, SettingsError
from homeport.settings import surgery
from homeport.settings.reader import read_text
from homeport.settings.tree import MapNode, find, plain

#: What the shipped file says about its regions, and what is true of any.
_ABOUT_GERMANY: Final = "  # Data stays in Germany: nothing may be made in any other region.\n"
_ABOUT_ANY: Final = "  # Data stays in these regions: nothing may be made in any other.\n"


def allowed_regions(answers: Answers) -> list[str]:
    """The regions in which anything may be made."""
    google = [answers.gcp_region, backup_region(answers)] if answers.on_gcp else []
    return list(dict.fromkeys(region for region in [*google, answers.aws_region] if region))


def rewrite_base(text: str, answers: Answers, *, file: str) -> str:
    """The text of the base file with the organisation's values.

    Args:
        text: of the file now.
        answers: checked.
        file: its name in messages.

    Raises:
        SettingsError: the file cannot be read or is laid out in a way that cannot be changed.
    """
    regions = allowed_regions(answers)
    values: list[tuple[Path, Any]] = [
        (("all", "owner"), answers.owner),
        (("all", "cost_centre"), answers.cost_centre),
        (("all", "allowed_regions"), regions),
    ]
    for name in answers.production:
        own = ("environments", name, "cost_centre")
        cost = answers.production_cost_centre or answers.cost_centre
        # What the example books production to must not stay; without an entry the common value holds anyway.
        if cost != answers.cost_centre or _value(text, own, file) is not None:
            values.append((own, cost))
    if _value(text, ("all", "allowed_regions"), file) != regions:
        text = text.replace(_ABOUT_GERMANY, _ABOUT_ANY)
    for path, value in values:
        if _value(text, path, file) == value:
            continue
        try:
            text = surgery.put(text, _root(text, file), path, value)
        except surgery.CannotEdit as error:
            rule = f"cannot be changed in {file}: {error}"
            raise SettingsError([Problem(path, rule, "edit the file by hand")]) from None
    return text


def _value(text: str, path: Path, file: str) -> Any:
    node = find(_root(text, file), path)
    return None if node is None else plain(node)


def _root(text: str, file: str) -> MapNode:
    document = read_text(text, file=file)
    if document.problems:
        raise SettingsError(document.problems)
    if not isinstance(document.root, MapNode):
        raise SettingsError([Problem((file,), "has no settings", "begin it with all: and its values below")])
    return document.root
