"""Merging a cluster into the kubeconfig that people keep: nothing of theirs is lost, nothing secret is quoted."""

from __future__ import annotations

import contextlib
import json
from io import StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from homeport.kubeconfig_file import KubeconfigError, merge, renamed

STAGE = """\
apiVersion: v1
kind: Config
clusters:
- name: stage
  cluster: {server: https://gke-1.example}
contexts:
- name: stage
  context: {cluster: stage, user: stage}
users:
- name: stage
  user: {exec: {command: gke-gcloud-auth-plugin}}
current-context: stage
"""
MINE = """\
# my clusters
apiVersion: v1
kind: Config
preferences: {}
clusters:
- cluster:
    certificate-authority-data: {long}
    server: https://127.0.0.1:6443   # on this machine
  name: kind-try
contexts:
- context:
    cluster: kind-try
    user: kind-try
  name: kind-try
current-context: kind-try
users:
- name: kind-try
  user:
    token: "marker-of-a-secret"
    expiry: 2026-11-01T12:30:00.5+02:00
    number: 0o10
    binary: 1_000
    none: ~
""".replace("{long}", "QUJD" * 500)


def load(text: str) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(StringIO(text))  # pyright: ignore[reportUnknownMemberType]


def names(text: str, key: str) -> list[str]:
    return [entry["name"] for entry in load(text)[key]]


def test_into_nothing_gives_a_whole_kubeconfig() -> None:
    merged = merge(None, STAGE)
    assert load(merged.text) == {**load(STAGE), "preferences": {}}
    assert merged.added == ("cluster stage", "context stage", "user stage")
    assert (merged.previous, merged.current) == (None, "stage")


def test_lines_that_are_not_touched_stay_as_they_are() -> None:
    merged = merge(MINE, STAGE)
    before, after = MINE.splitlines(), merged.text.splitlines()
    assert [line for line in before if line not in after] == ["current-context: kind-try"]
    assert names(merged.text, "users") == ["kind-try", "stage"]


def test_merging_again_changes_nothing() -> None:
    once = merge(MINE, STAGE)
    twice = merge(once.text, STAGE)
    assert twice.text == once.text
    assert (twice.added, twice.replaced) == ((), ())


def test_an_entry_of_the_same_name_is_replaced_in_place_and_reported() -> None:
    once = merge(merge(None, STAGE).text, MINE.replace("kind-try", "dev")).text
    merged = merge(once, STAGE.replace("gke-1", "gke-2"))
    assert merged.replaced == ("cluster stage",)
    assert names(merged.text, "clusters") == ["stage", "dev"]
    assert "gke-1" not in merged.text


def test_the_current_context_stays_when_asked() -> None:
    merged = merge(MINE, STAGE, current=False)
    assert load(merged.text)["current-context"] == "kind-try"
    assert "current-context" not in load(merge(None, STAGE, current=False).text)


def test_another_name_renames_context_cluster_and_user_together() -> None:
    merged = merge(merge(None, STAGE).text, STAGE.replace("gke-1", "gke-2"), context="acme")
    assert names(merged.text, "clusters") == names(merged.text, "users") == ["stage", "acme"]
    assert load(merged.text)["contexts"][1] == {"name": "acme", "context": {"cluster": "acme", "user": "acme"}}
    assert merged.context == merged.current == "acme"
    text, context = renamed(STAGE, "acme")
    assert context == load(text)["current-context"] == "acme"


def test_json_as_the_stack_keeps_it_becomes_readable_lines() -> None:
    compact = json.dumps(load(STAGE), separators=(",", ":"))
    text, context = renamed(compact, None)
    assert context == "stage"
    assert load(text) == load(STAGE)
    assert "{" not in text
    merged = merge(MINE, compact).text
    assert "{" not in merged.replace("preferences: {}", "")
    assert [line for line in MINE.splitlines() if line not in merged.splitlines()] == ["current-context: kind-try"]


def test_lists_that_kubectl_leaves_null_count_as_empty() -> None:
    empty = 'apiVersion: v1\nkind: Config\nclusters: null\ncontexts: null\nusers: null\ncurrent-context: ""\n'
    merged = merge(empty, STAGE)
    assert names(merged.text, "contexts") == ["stage"]
    assert merged.previous is None


@pytest.mark.parametrize("text", ["true", "Yes", "null", "on", "1.30", "010", "", "~", "a: b", "#x", "ü", "2026-11-21"])
def test_text_that_a_reader_could_take_for_something_else_stays_text(text: str) -> None:
    source = load(STAGE)
    source["users"][0]["user"]["exec"]["args"] = [text]
    merged = merge(MINE, json.dumps(source), context=text or None)
    assert load(merged.text)["users"][1]["user"]["exec"]["args"] == [text]
    assert load(merged.text)["current-context"] == (text or "stage")


@pytest.mark.parametrize(
    "broken",
    [
        "token: marker-of-a-secret\n  x: [",
        "- marker-of-a-secret",
        "marker-of-a-secret",
        "kind: Deployment\ndata: marker-of-a-secret",
        "users: {token: marker-of-a-secret}",
        "users: [marker-of-a-secret]",
        "users: [{user: {token: marker-of-a-secret}}]",
        "users: []\nusers: [{name: marker-of-a-secret}]",
        "a: 1\n---\nb: marker-of-a-secret",
        "a: !!int marker-of-a-secret",
        "a: \x00marker-of-a-secret",
    ],
)
def test_a_file_that_is_no_kubeconfig_is_refused_without_being_quoted(broken: str) -> None:
    with pytest.raises(KubeconfigError) as caught:
        merge(broken, STAGE)
    assert "the file" in str(caught.value)
    assert "marker" not in str(caught.value)
    with pytest.raises(KubeconfigError, match="the stack's kubeconfig"):
        merge(MINE, broken)


def test_two_clusters_at_once_are_refused() -> None:
    with pytest.raises(KubeconfigError, match="2 clusters, 2 contexts, 2 users"):
        merge(None, merge(MINE, STAGE).text)


_NAMES = st.text("abc-é\"'#:{} ", min_size=1, max_size=6)


@settings(deadline=None, max_examples=40)
@given(st.lists(_NAMES, unique=True, max_size=4), _NAMES)
def test_no_entry_of_others_is_ever_lost_or_changed(others: list[str], name: str) -> None:
    text = None
    for other in others:
        text = merge(text, STAGE, context=other, current=False).text
    merged = merge(text, STAGE.replace("gke-1", "gke-2"), context=name)
    for key in ("clusters", "contexts", "users"):
        after = load(merged.text)[key]
        expected = [*others, *([] if name in others else [name])]
        assert [entry["name"] for entry in after] == expected
        if text is not None:
            kept = [entry for entry in load(text)[key] if entry["name"] != name]
            assert [entry for entry in after if entry["name"] != name] == kept


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_merged_into_or_refused(text: str) -> None:
    with contextlib.suppress(KubeconfigError):
        assert "stage" in names(merge(text, STAGE).text, "contexts")
