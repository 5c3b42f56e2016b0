"""Whatever stands in the files: settings, or problems. Never any other exception."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from homeport.problems import SettingsError
from homeport.settings import EngineConfig, file_engine_config, load
from homeport.settings.reader import ambiguities, read_bytes, read_text
from homeport.settings.tree import plain
from homeport.settings.write import block, flow

#: What YAML is made of, so that garbage comes near to it.
_PIECES = st.sampled_from(
    [
        *("config:", "homeport:", "layer", "house", "environment", "unit", "pools", "secrets", "secure", "apps", "web"),
        *(": ", ":\n", "\n", "\n  ", "\n    ", "- ", "[", "]", "{", "}", ", ", "'", '"', "|\n", ">-\n", "#", " # x\n"),
        *("&a ", "*a", "!!str ", "!x ", "<<: ", "---\n", "...\n", "%YAML 1.1\n", "%TAG ! x\n", "? ", "@", "`", "\t"),
        *(
            "yes",
            "1.30",
            "0x1",
            "12:30",
            "null",
            "~",
            "1e999",
            ".inf",
            "2026-01-01",
            "\r\n",
            "\\u",
            "é",
            "\u2028",
            "\x00",
        ),
        *('"\\ud800"', '"\\x41"', "😀", "\ufeff", "1" * 400 + ".0", "-", "=", "*", "&"),
    ]
)
_GARBAGE = st.lists(_PIECES | st.text(max_size=4), max_size=30).map("".join)

_WORDS = st.sampled_from(
    [
        *(
            "layer",
            "house",
            "shed",
            "environment",
            "owner",
            "strict",
            "count",
            "unit",
            "cluster",
            "kind",
            "red",
            "blue",
        ),
        *("size", "pools", "machines", "min", "max", "labels", "upgrade", "strategy", "rolling", "swap", "apps", "tag"),
        *("ports", "notes", "level", "code", "secrets", "secure", "api_key", "context", "x", "", "1.30", "yes"),
    ]
)
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**60) | st.floats(allow_nan=False) | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.text(max_size=3), inner, max_size=5),
    max_leaves=20,
)
_FILES = st.dictionaries(_WORDS.map(lambda word: f"homeport:{word}") | _WORDS, _DATA, max_size=6)

BEARABLE = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def outcome(call: Any) -> str:
    try:
        call()
    except SettingsError as error:
        return str(error)
    return ""


@BEARABLE
@given(_GARBAGE)
def test_garbage_in_a_file_is_read_or_refused(text: str) -> None:
    read_text(text, file="f")
    read_bytes(text.encode(errors="surrogatepass"), file="f")


@BEARABLE
@given(st.binary(max_size=60))
def test_bytes_in_a_file_are_read_or_refused(content: bytes) -> None:
    read_bytes(content, file="f")


@BEARABLE
@given(text=_GARBAGE, prefix=st.sampled_from(["", "config:\n  ", "config:\n  homeport:layer: house\n  homeport:"]))
def test_garbage_as_a_stack_file_is_loaded_or_refused(yard: Any, text: str, prefix: str) -> None:
    outcome(lambda: load(yard.union, root=yard.root, stack="dev", text=prefix + text))


@BEARABLE
@given(text=_GARBAGE)
def test_garbage_as_a_base_file_is_loaded_or_refused(yard: Any, text: str) -> None:
    yard.settings("")
    (yard.root / "stacks").mkdir(exist_ok=True)
    (yard.root / "stacks" / "base.yaml").write_text(f"all:\n  {text}", encoding="utf-8", errors="replace")
    outcome(lambda: load(yard.model, root=yard.root, stack="dev"))


@BEARABLE
@given(data=_FILES, both=st.booleans(), base=_DATA)
def test_any_data_is_loaded_or_refused(yard: Any, data: dict[str, Any], both: bool, base: Any) -> None:
    yard.base("all: " + flow(base) + "\n")
    text = "config:\n" + "\n".join(block(data, 2)) + "\n"
    outcome(lambda: load(yard.union if both else yard.model, root=yard.root, stack="dev", text=text))


@BEARABLE
@example(values={"homeport:secure": ""})
@example(values={"homeport:unit": '{"secure": "x"}'})
@example(values={"homeport:owner": '{"secure": "x"}', "homeport:secrets": "x"})
@given(values=st.dictionaries(_WORDS.map(lambda word: f"homeport:{word}"), st.text(max_size=8) | _DATA.map(flow)))
def test_any_values_of_the_engine_are_loaded_or_refused(yard: Any, values: dict[str, str]) -> None:
    yard.settings("")
    outcome(lambda: load(yard.model, root=yard.root, stack="dev", engine=EngineConfig(values)))


@BEARABLE
@given(text=_GARBAGE, other=_GARBAGE)
def test_garbage_in_any_projects_files_is_handed_over_or_refused(text: str, other: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "Pulumi.yaml").write_text(f"name: shop\n{other}", encoding="utf-8", errors="replace")
        (root / "Pulumi.dev.yaml").write_text(f"config:\n  {text}", encoding="utf-8", errors="replace")
        outcome(lambda: file_engine_config(root, "dev"))


@BEARABLE
@given(data=_FILES, secret=st.text("QWERTZ", min_size=8, max_size=8))
def test_what_stands_under_secrets_is_never_shown(yard: Any, data: dict[str, Any], secret: str) -> None:
    text = f"config:\n  homeport:secrets: {{a: {secret}, b: [{secret}], c: {{d: {secret}}}}}\n"
    told = outcome(
        lambda: load(
            yard.model, root=yard.root, stack="dev", text=text + "\n".join(block({"homeport:zz": data}, 2)) + "\n"
        )
    )
    assert "homeport:secrets.a" in told
    assert secret not in told


_SOUND = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _WORDS
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)


@BEARABLE
@given(data=_SOUND)
def test_what_is_written_reads_back_the_same(data: Any) -> None:
    for text in (f"a: {flow(data)}\n", "\n".join(block({"a": data}, 0)) + "\n"):
        document = read_text(text, file="f")
        assert not document.problems
        assert document.root is not None
        assert not list(ambiguities(document.root))
        assert plain(document.root) == {"a": data}


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "a: " + "9" * 10000, "? " * 3000])
def test_extreme_texts_are_refused_in_time(yard: Any, text: str) -> None:
    assert outcome(lambda: load(yard.model, root=yard.root, stack="dev", text=text))
