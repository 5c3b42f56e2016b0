"""What every typed section of homeport is made of.

`Model` is the base of every arguments model: frozen, closed to unknown fields, silent about input values.
`In[T]` marks a field that takes a plain `T` or the output of another resource.

This module does not import pulumi: an output can only exist in a process that already did.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeVar, Union, cast, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationInfo, model_validator
from pydantic_core import PydanticCustomError, core_schema

from homeport.attribute_docs import add_descriptions
from homeport.problems import Problem

T = TypeVar("T")

#: Validation context with which the settings loader asks `Model` to leave its cross-field rules to the loader,
#: which runs all of them, over the whole tree, so that every problem comes at once.
DEFER_CHECKS: Mapping[str, object] = {"homeport_defer_checks": True}

#: Type of the pydantic error that carries problems found by `Model.check`.
CHECK_ERROR_TYPE = "homeport_check"


class Model(BaseModel):
    """A frozen section: unknown fields are errors and no error text shows an input value.

    The text below a field is its description in the JSON Schema, see `homeport.attribute_docs`.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        hide_input_in_errors=True,
        validate_default=True,
        arbitrary_types_allowed=True,
        ser_json_timedelta="iso8601",
    )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """As pydantic asks: with what is written below the fields."""
        shown: dict[str, Any] = handler(schema)
        add_descriptions(cls, handler.resolve_ref_schema(shown).get("properties", {}))
        return shown

    def check(self) -> Iterable[Problem]:
        """Yield what is wrong between the fields of this section (paths relative to it). Override it.

        It is called only when every field is valid by itself. Fields that hold outputs cannot be looked into.
        """
        return ()

    @model_validator(mode="after")
    def _run_check(self, info: ValidationInfo) -> Self:
        if isinstance(info.context, dict) and info.context.get("homeport_defer_checks"):
            return self
        problems = tuple(self.check())
        if problems:
            text = "; ".join(problem.text() for problem in problems)
            raise PydanticCustomError(CHECK_ERROR_TYPE, "{text}", {"text": text, "problems": problems})
        return self


def walk_checks(value: object, path: tuple[str | int, ...] = ()) -> Iterator[Problem]:
    """Yield the problems of every `Model` inside `value`, with paths from the root."""
    if isinstance(value, Model):
        for problem in value.check():
            yield problem.below(path)
        for name, info in type(value).model_fields.items():
            yield from walk_checks(getattr(value, name), (*path, info.alias or name))
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[object, object]", value).items():
            yield from walk_checks(item, (*path, str(key)))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(cast("Sequence[object]", value)):
            yield from walk_checks(item, (*path, index))


def is_output(value: object) -> bool:
    """Whether `value` is a `pulumi.Output`."""
    module = sys.modules.get("pulumi")
    return module is not None and isinstance(value, module.Output)


if TYPE_CHECKING:
    import pulumi

    In = Union[T, pulumi.Output[T]]  # noqa: UP007 - a generic alias, which `|` cannot be here
else:

    class _InMarker:
        """Lets outputs pass as they are; validates everything else as the type inside."""

        def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
            inner = handler(source)

            def validate(value: Any, validator: core_schema.ValidatorFunctionWrapHandler) -> Any:
                return value if is_output(value) else validator(value)

            def serialize(value: Any, serializer: core_schema.SerializerFunctionWrapHandler) -> Any:
                return value if is_output(value) else serializer(value)

            return core_schema.no_info_wrap_validator_function(
                validate,
                inner,
                serialization=core_schema.wrap_serializer_function_ser_schema(serialize, schema=inner),
            )

        def __deepcopy__(self, memo: Any) -> Any:
            return self

    class In:
        """`In[T]`: a plain `T`, or a `pulumi.Output` of it whose inside is not checked."""

        def __class_getitem__(cls, item: Any) -> Any:
            return Annotated[item, _InMarker()]


class Tagged:
    """A union told apart by a field whose absence means the one member that has a default for it.

    `Upgrade = Annotated[Surge | BlueGreen, Tagged("strategy")]`, where only Surge has a default strategy, takes
    `{max_surge: 2}` as a Surge. Without such a member the field is required, as with pydantic's own discriminator.

    Args:
        field: the field that every member has, a `Literal` of text.
        default: the tag in force where none is given; needed where several members have a default for the field.
    """

    def __init__(self, field: str, default: str | None = None) -> None:
        self.field = field
        self._default = default

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """As pydantic asks: the union, after the missing tag was filled in."""
        inner = handler.generate_schema(Annotated[source, Field(discriminator=self.field)])
        default = self.default(get_args(source))

        def fill(value: Any) -> Any:
            if not isinstance(value, dict) or self.field in value:
                return cast("Any", value)
            return {self.field: default, **cast("dict[str, Any]", value)}

        return inner if default is None else core_schema.no_info_before_validator_function(fill, inner)

    def default(self, members: Iterable[Any]) -> str | None:
        """The tag in force where none is given; None where it must be given."""
        if self._default is not None:
            return self._default
        fields = [member.model_fields[self.field] for member in members]
        given = [field.default for field in fields if isinstance(field.default, str)]
        return given[0] if len(given) == 1 else None


class IntegerIsText:
    """Marks a text field that takes an unquoted integer back as the text it was meant to be; see `TextFromInt`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        """As pydantic asks: text, or an integer that becomes text."""

        def as_text(value: Any) -> Any:
            return str(value) if isinstance(value, int) and not isinstance(value, bool) else value

        return core_schema.no_info_before_validator_function(as_text, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        """As pydantic asks: text or an integer."""
        text: dict[str, Any] = handler(schema)
        return {**text, "type": ["string", "integer"]} if text.get("type") == "string" else text


#: Text that may look like an integer, for what tools write without quotes: a commit hash of digits alone, which
#: `pulumi config set --path` stores as an integer. The settings loader also takes a hash like 12e4567, which that
#: command writes without quotes. Not for versions: 1.30 is still refused, since its zero would be lost.
TextFromInt = Annotated[str, IntegerIsText()]


def known(value: In[T] | None) -> T | None:
    """The plain value of a field, or None where it is unset or an output (which a rule cannot look into)."""
    return None if value is None or is_output(value) else value  # pyright: ignore[reportReturnType]


def rule_error(rule: str, fix: str = "") -> PydanticCustomError:
    """An error for a field validator: the rule that the value breaks, and what to write instead.

    Neither text may contain the value where the field can hold a secret.
    """
    return PydanticCustomError("homeport_rule", "{rule}", {"rule": rule, "fix": fix})


def literal_values(annotation: object) -> tuple[str, ...]:
    """The values of a `Literal`."""
    return tuple(str(value) for value in get_args(annotation))
