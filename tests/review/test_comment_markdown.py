"""The comment: what it says first, that hostile names do nothing in it, that it keeps the forges' limits."""

from __future__ import annotations

import html
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from homeport.plan.graph import Graph, Resource
from homeport.review.comment import LIMITS, comment
from homeport.review.markdown import cell, code, marker, size
from homeport.review.model import Review, StackReview, accepted, review_stack
from homeport.review.outcome import NOT_THERE, Outcome
from tests.plan.graphs import BUCKET, DEPLOYMENT, ZONE, graph, resource

#: CommonMark with GitHub's tables, bare addresses and strikethrough.
PARSER = MarkdownIt("gfm-like", {"linkify": False})
SIDES = {
    "base": {"revision": "main", "commit": "a" * 40, "tip": "a" * 40},
    "head": {"commit": "b" * 40, "dirty": False},
}
ALLOWED_HTML = {"<details>", "</details>", "<summary>", "</summary>", "<code>", "</code>"}

HOSTILE = [
    "`", "``` \n# heading", "|", "a|b\\|c", "\\", "<script>alert(1)</script>", "</summary></details>", "<!-- x",
    "@acme/platform", "#12", "!34", "[x](https://acme.example)", "![x](https://acme.example/p.png)",
    "https://acme.example", "**bold**", "~~gone~~", "\n::error::hello", "\n/approve\n/merge",
    "##[group]x", "\r\n\t\x1b[31m",
    "\u202ereversed", "&lt;b&gt;", "$x$", ":tada:", "- [ ] task", "> quote", "x" * 5000, " ", "",
]  # fmt: skip


def outcome(one: Graph | None) -> Outcome:
    return Outcome(graph=one) if one is not None else NOT_THERE


def made(*stacks: StackReview, **more: Any) -> Review:
    return Review("shop", SIDES, stacks, **more)


def stack(name: str, before: list[Resource] | None, after: list[Resource] | None) -> StackReview:
    base, head = [outcome(graph(*side)) if side is not None else NOT_THERE for side in (before, after)]
    return review_stack(name, base, head)


def tokens(text: str) -> list[Token]:
    out: list[Token] = []
    for token in PARSER.parse(text):
        out.append(token)
        out.extend(token.children or [])
    return out


def shown_html(text: str) -> set[str]:
    """Every tag of the page, as the parser leaves it."""
    import re  # noqa: PLC0415

    raw = [item.content for item in tokens(text) if item.type in {"html_block", "html_inline"}]
    return {tag for block in raw for tag in re.findall(r"<[^>]*>", block)}


def assert_inert(text: str, project: str = "shop") -> None:
    """Nothing of others is anything but text."""
    assert shown_html(text) <= ALLOWED_HTML | {marker(project)}
    kinds = {item.type for item in tokens(text)}
    assert not kinds & {"link_open", "image", "blockquote_open", "s_open", "hr"}
    for item in tokens(text):
        if item.type == "text":
            assert not any(sign in html.unescape(item.content) for sign in ("@", "#1", "!3", "http", "\x1b"))
    assert [item.tag for item in tokens(text) if item.type == "heading_open"] in (["h2"], ["h2", "h3"])
    for line in text.splitlines():
        assert not line.lstrip().startswith(("::", "##[", "/"))


def hostile_review(name: str) -> Review:
    inputs: dict[str, Any] = {"zone": name, name or "empty": {"deep": [name, {"name": name, "x": name}]}}
    before = [resource(ZONE, f"zone{name}", {"dnsName": name}), resource(BUCKET, "kept", {"text": "a\nb", "v": 1})]
    after = [resource(BUCKET, "kept", {"text": f"a\n{name}\nc", **inputs}), resource(DEPLOYMENT, name, inputs)]
    base, head = Outcome(graph=graph(*before)), Outcome(graph=graph(*after, outputs={name: name}))
    failed = Outcome(message=f"the program failed: {name}", problems=({"path": name, "rule": name, "fix": name},))
    return Review(
        name,
        {**SIDES, "base": {**SIDES["base"], "revision": name}},
        (
            review_stack(f"one{name}", base, head, [name]),
            review_stack(f"two{name}", base, failed),
            review_stack(f"three{name}", failed, head),
            review_stack(f"four{name}", base, base),
        ),
        notes=(name,),
    )


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_and_does_nothing(name: str) -> None:
    text = comment(hostile_review(name))
    assert_inert(text, name)
    assert size(text) <= LIMITS["github"]
    table = [item for item in PARSER.parse(text) if item.type in {"tr_open", "td_open", "th_open"}]
    assert [item.type for item in table].count("td_open") == 3 * 8
    assert [item.type for item in table].count("th_open") == 8


@given(st.text(max_size=60))
def test_any_name_at_all_is_shown_and_does_nothing(name: str) -> None:
    text = comment(hostile_review(name.replace("http", "")))
    assert shown_html(text) <= ALLOWED_HTML | {marker(name.replace("http", ""))}
    assert not {item.type for item in tokens(text)} & {"link_open", "image", "blockquote_open", "s_open", "hr"}
    assert [item.type for item in PARSER.parse(text)].count("td_open") == 3 * 8
    assert not any(line.lstrip().startswith(("::", "##[", "/")) for line in text.splitlines())


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40))
def test_code_in_text_and_in_a_table_says_letter_by_letter_what_it_was_given(text: str) -> None:
    spans = [item.content for item in tokens(f"a {code(text)} b") if item.type == "code_inline"]
    assert spans == [text]
    row = PARSER.render(f"| a | b |\n|---|---|\n| {cell(text)} | c |\n")
    inner = row.split("<td>", 1)[1].split("</td>", 1)[0]
    assert html.unescape(inner.replace("<code>", "").replace("</code>", "")) == text


def test_the_verdict_and_the_table_come_first_and_dangers_above_the_fold() -> None:
    zone = resource(ZONE, "main", {"dnsName": "acme.example."})
    text = comment(made(stack("prod", [zone], []), stack("stage", [zone], [zone])))
    lines = text.splitlines()
    assert lines[0] == "<!-- homeport-review: shop -->"
    assert lines[2] == "## homeport: 1 danger"
    assert text.index("| Stack |") < text.index("### Dangers") < text.index("<details>")
    assert "| `prod` | changes | 0 | 0 | 1 | 0 | **1** | 0 |" in text
    assert "Not affected: `stage`." in text
    assert "stateful-removal" in text.split("<details>")[0]


def test_nothing_to_say_is_said_in_one_line() -> None:
    text = comment(made(stack("prod", [], []), stack("stage", [], [])))
    assert "## homeport: nothing changes" in text
    assert "Not affected: `prod`, `stage`." in text
    assert "<details>" not in text
    assert "| Stack |" not in text


def test_a_stack_that_cannot_be_evaluated_is_reported_with_its_problems() -> None:
    problem = {"path": "network.cidr", "rule": "must be a range", "fix": "write 10.0.0.0/16", "file": "Pulumi.x.yaml"}
    failed = Outcome(message="the settings are wrong", problems=(problem,))
    good = resource(BUCKET, "b")
    review = made(review_stack("x", outcome(graph()), failed), stack("y", [good], [good]))
    text = comment(review)
    assert review.verdict == "failed"
    assert "## homeport: 1 stack cannot be evaluated" in text
    assert "Pulumi.x.yaml:1: network.cidr: must be a range; write 10.0.0.0/16" in text
    assert "Not affected: `y`." in text


def test_a_base_that_cannot_be_evaluated_is_a_danger_until_somebody_accepts_it() -> None:
    review = made(review_stack("x", Outcome(message="broken"), outcome(graph())))
    assert review.verdict == "danger"
    assert [item.kind for item in review.stacks[0].flags] == ["not-compared"]
    assert "the base cannot be evaluated" in comment(review)


def test_dangers_are_accepted_by_their_digest_and_by_no_other() -> None:
    zones = [resource(ZONE, name, {"dnsName": name}) for name in ("a", "b")]
    review = made(stack("prod", zones, []))
    label = f"accept-{review.digest}"
    assert label in comment(review)
    again = made(*review.stacks, accepted=accepted([f"bug,{label} ,later"]))
    assert again.is_accepted
    assert "## homeport: 2 dangers, accepted" in comment(again)
    other = made(stack("prod", zones, zones[1:]), accepted=again.accepted)
    assert not other.is_accepted
    assert not made(stack("prod", zones, zones), accepted=accepted(["", "accept-"])).is_accepted


@pytest.mark.parametrize("count", [100, 2_000])
@pytest.mark.parametrize("limit", [8_000, 65_536])
def test_what_does_not_fit_is_counted_and_the_rest_stays_whole(count: int, limit: int) -> None:
    long = "é\U0001f600" * 150
    removed = [resource(ZONE, f"zone-{place}{long}", {"dnsName": str(place)}) for place in range(count)]
    added = [resource(DEPLOYMENT, f"web-{place}", {"x": long}) for place in range(count)]
    review = made(stack("prod", removed, added), stack("stage", removed, added), stack("dev", added, removed))
    text = comment(review, limit=limit)
    assert size(text) <= limit
    assert text.count("<details>") == text.count("</details>") == 3
    assert "do not fit here" in text
    assert_inert(text)


def test_many_stacks_are_cut_in_the_table_and_the_limit_still_holds() -> None:
    one = resource(ZONE, "zone", {"dnsName": "a"})
    review = made(*(stack(f"stack-{place}", [one], []) for place in range(400)))
    text = comment(review)
    assert size(text) <= LIMITS["github"]
    assert "300 more stacks are affected and left out of the table" in text


def test_gitlab_gets_more_than_github() -> None:
    added = [resource(DEPLOYMENT, f"web-{place}", {"x": "y" * 200}) for place in range(4_000)]
    review = made(stack("prod", [], added))
    assert "do not fit" in comment(review)
    assert "do not fit" not in comment(review, "gitlab")
    assert size(comment(review, "gitlab")) <= LIMITS["gitlab"]


def test_the_marker_cannot_be_broken_by_a_project_name() -> None:
    assert marker("a--><b>@c") == "<!-- homeport-review: a-b-c -->"


def test_the_json_document_says_the_same() -> None:
    zone = resource(ZONE, "main", {"dnsName": "acme.example.", "key": {"$secret": True}})
    review = made(stack("prod", [zone], []), stack("new", None, [zone]))
    document = json.loads(json.dumps(review.as_json()))
    assert (document["format"], document["verdict"], document["accepted"]) == (1, "danger", False)
    assert [item["status"] for item in document["stacks"]] == ["changed", "new"]
    assert document["stacks"][0]["diff"]["summary"]["dangers"] == 1
