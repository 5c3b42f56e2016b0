"""YAML as Helm and Kubernetes read it, fast: rendered definitions run to megabytes.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Any, Final

import yaml

#: libyaml where the wheel has it: a hundred times faster.
_BASE: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_BASE):
    """As Go's reader: `=` and dates are text."""


def _text(loader: Any, node: Any) -> Any:
    return loader.construct_scalar(node)


for _tag in ("value", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", _text)


class YamlTextError(Exception):
    """A text is not YAML; the message says why and where."""


def load(text: str) -> Any:
    """The one document of a text; None where it is empty.

    Raises:
        YamlTextError: it is not YAML.
    """
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise YamlTextError(_where(error)) from None


def _where(error: yaml.YAMLError) -> str:
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    return f"{problem}, line {mark.line + 1}" if mark is not None else str(problem)
