"""Files that are wrong as YAML: problems with a place, never an exception."""

from __future__ import annotations

import pytest

from homeport.problems import dotted
from homeport.settings.reader import MAX_DEPTH, read_bytes, read_text
from homeport.settings.tree import Scalar, find, key_origin, place, plain

#: Name, text, place of the first problem, path, words of it.
WRONG: list[tuple[str, str, str, str, str]] = [
    ("tab", "a:\n\tb: 1\n", "2:1", "(the whole file)", "spaces, not tabs"),
    ("open brace", "a: {b: 1\n", "2:1", "(the whole file)", "not valid YAML"),
    ("open quote", 'a: "b\n', "2:1", "(the whole file)", "not valid YAML"),
    ("two colons", "a: b: c\n", "1:5", "(the whole file)", "in quotes"),
    ("two documents", "a: 1\n---\nb: 2\n", "2:1", "(the whole file)", "one YAML document"),
    ("unknown alias", "a: *b\n", "1:4", "a", "anchor"),
    ("alias of itself", "a: &a\n  b: *a\n", "2:6", "a.b", "inside the value that it repeats"),
    ("explicit tag", "a: !!str 5\n", "1:4", "a", "tags"),
    ("own tag on a map", "a: !thing {b: 1}\n", "1:4", "a", "tags"),
    ("merge key", "x: &x {a: 1}\nz:\n  <<: *x\n", "3:3", "z", "merge keys"),
    ("key twice", "a: 1\nb: 2\na: 3\n", "3:1", "a", "first at f.yaml:1:1"),
    ("key twice inside", "a:\n  - {b: 1, b: 2}\n", "2:12", "a[0].b", "first at f.yaml:2:6"),
    ("number as key", "a:\n  8080: x\n", "2:3", "a.8080", 'write "8080"'),
    ("boolean as key", "true: x\n", "1:1", "true", 'write "true"'),
    ("ambiguous key", "on: x\n", "1:1", "on", 'write "on"'),
    ("null as key", "~: x\n", "1:1", '["~"]', "a key must be text"),
    ("map as key", "? {a: 1}\n: x\n", "1:3", "(the whole file)", "a key must be text"),
    ("control character", "a: b\x07\n", "1:5", "(the whole file)", "control character"),
    ("half a surrogate pair", 'a: "\\ud800"\n', "1:4", "a", "surrogate"),
    ("too deep", "[" * 200 + "]" * 200, f"1:{MAX_DEPTH + 1}", "[0]", f"{MAX_DEPTH} levels"),
]


@pytest.mark.parametrize(("text", "place", "path", "words"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_a_wrong_file_is_a_problem_with_a_place(text: str, place: str, path: str, words: str) -> None:
    problems = read_text(text, file="f.yaml").problems
    assert len(problems) == 1
    assert str(problems[0].location) == f"f.yaml:{place}"
    assert dotted(problems[0].path).startswith(path)
    assert words in problems[0].text()


def test_text_that_is_not_utf8_is_a_problem_with_a_place() -> None:
    document = read_bytes(b"a: 1\nb: caf\xe9\n", file="f.yaml")
    assert [str(problem.location) for problem in document.problems] == ["f.yaml:2:7"]
    assert "UTF-8" in document.problems[0].rule


def test_a_byte_order_mark_is_no_part_of_the_text() -> None:
    document = read_bytes("\ufeffa: 1\n".encode(), file="f.yaml")
    assert document.root is not None
    assert plain(document.root) == {"a": 1}


def test_an_alias_bomb_is_refused_in_time() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    problems = read_text("\n".join(levels), file="f.yaml").problems
    assert len(problems) == 1
    assert "too large" in problems[0].rule


def test_anchors_and_aliases_are_resolved() -> None:
    document = read_text("a: &x {b: [1, 2]}\nc: *x\n", file="f.yaml")
    assert document.root is not None
    assert plain(document.root) == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert not document.problems


def test_every_key_and_value_has_its_place() -> None:
    root = read_text("a:\n  b: hello\n  c:\n    - x\n    - {d: 5}\n", file="f.yaml").root
    assert root is not None
    assert str(key_origin(root, ("a", "b"))) == "f.yaml:2"
    assert str(place(root, ("a", "b"))) == "f.yaml:2:6"
    assert str(place(root, ("a", "c"))) == "f.yaml:3:3"
    assert str(place(root, ("a", "c", 1, "d"))) == "f.yaml:5:11"
    assert str(place(root, ("a", "c", 1, "nothing", "here"))) == "f.yaml:5:7"


def test_raw_text_of_plain_scalars_is_kept() -> None:
    root = read_text("a: 1.30\nb: '1.30'\n", file="f.yaml").root
    plain_scalar, quoted = find(root, ("a",)), find(root, ("b",))
    assert isinstance(plain_scalar, Scalar)
    assert isinstance(quoted, Scalar)
    assert (plain_scalar.value, plain_scalar.raw) == (1.3, "1.30")
    assert (quoted.value, quoted.raw) == ("1.30", None)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_an_empty_file_is_no_error_of_the_reader(text: str) -> None:
    document = read_text(text, file="f.yaml")
    assert not document.problems
    assert document.root is None or plain(document.root) is None
