"""Whole runs, as the engine logs them: which failure comes first, which are its consequences, what was done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.deploy.event_log import done, interrupted, read_lines
from homeport.deploy.explain import explain, is_follower
from tests.deploy.engine_events import AFTERMATH, after, aftermath, before, error, failed, failing, urn

NETWORK = "gcp:compute/network:Network"
RING = "gcp:kms/keyRing:KeyRing"
ACCOUNT = "gcp:serviceaccount/account:Account"
STACK = "pulumi:pulumi:Stack"


def test_the_first_failure_comes_first_and_other_reasons_are_kept_apart_from_consequences() -> None:
    events = [
        before("nodes", ACCOUNT, "create"),
        before("keys", RING, "create"),
        after("nodes", ACCOUNT, "create"),
        error("grpc: the client connection is closing", "web", "kubernetes:apps/v1:Deployment"),
        *failing("keys", RING, "create", "Error 429: rateLimitExceeded"),
        error("context canceled", "nat", "gcp:compute/routerNat:RouterNat"),
        failed("nat", "gcp:compute/routerNat:RouterNat", "create"),
        *failing("vpc", NETWORK, "create", "Error 403: forbidden"),
        *aftermath(),
    ]
    found = explain(events)
    assert found is not None
    assert (found.first.name, found.kind) == ("keys", "throttled")
    assert [(other.name, other.text) for other in found.others] == [("vpc", "Error 403: forbidden")]
    assert found.remedy.count("homeport up -s stage") == 2
    assert done(events) == {"create": 1}


def test_consequences_alone_explain_nothing() -> None:
    assert all(is_follower(text) for text in AFTERMATH)
    assert explain(aftermath()) is None
    assert explain([]) is None


def test_a_failure_that_nobody_gave_a_reason_for_is_named_after_those_with_one() -> None:
    events = [failed("vpc", NETWORK, "create"), *failing("keys", RING, "create", "Error 500: backendError")]
    found = explain(events)
    assert found is not None
    assert [found.first.name, *(other.name for other in found.others)] == ["keys", "vpc"]
    alone = explain(events[:1])
    assert alone is not None
    assert (alone.first.name, alone.first.text, alone.kind) == ("vpc", "", "other")


def test_what_is_in_a_cluster_that_is_replaced_cannot_be_deleted_any_more_and_has_to_go_first() -> None:
    namespace = "kubernetes:core/v1:Namespace"
    events = [
        *failing("monitoring", namespace, "delete-replaced", "grpc: the client connection is closing"),
        *failing("traefik", namespace, "delete-replaced", "grpc: the client connection is closing"),
        *aftermath(),
    ]
    found = explain(events)
    assert found is not None
    assert (found.first.name, found.kind) == ("monitoring", "in_use")
    assert [other.name for other in found.others] == ["traefik"]
    assert "--target '**cluster-kubernetes' --target-dependents" in found.remedy
    with_a_reason = explain([*failing("vpc", NETWORK, "create", "Error 403: forbidden"), *events])
    assert with_a_reason is not None
    assert (with_a_reason.first.name, with_a_reason.others) == ("vpc", ())


def test_an_error_that_is_said_twice_is_one_failure() -> None:
    event = error("Error 500: backendError", "vpc", NETWORK)
    found = explain([event, event])
    assert found is not None
    assert found.others == ()


def test_a_failed_look_up_is_the_clouds_answer_and_not_the_programs_traceback() -> None:
    text = (
        "Program failed with an unhandled exception:\nTraceback (most recent call last):\n"
        '  File "__main__.py", line 14, in <module>\n    raise error\n'
        "Exception: invoke of gcp:organizations/getProject:getProject failed: invocation of "
        "gcp:organizations/getProject:getProject returned an error: googleapi: Error 403: The caller does not have "
        "permission, forbidden\n"
    )
    found = explain([before("homeport-stage", STACK, "create"), error(text), *aftermath()], stack="stage")
    assert found is not None
    assert (found.first.name, found.first.type, found.first.operation, found.kind) == (
        "the program",
        "gcp:organizations/getProject:getProject",
        "look up",
        "forbidden",
    )
    assert found.first.text == "googleapi: Error 403: The caller does not have permission, forbidden"


def test_an_exception_is_shown_without_the_frames_before_it() -> None:
    text = (
        "Program failed with an unhandled exception:\nTraceback (most recent call last):\n"
        "  File \"a.py\", line 1, in <module>\n    one()\nKeyError: 'x'\n\nDuring handling of the above exception, "
        "another exception occurred:\n\nTraceback (most recent call last):\n"
        '  File "a.py", line 3, in <module>\n    two()\nstacks.Wrong: first line\nsecond line'
    )
    found = explain([error(text, "homeport-stage", STACK)])
    assert found is not None
    assert (found.first.name, found.first.text) == ("the program", "stacks.Wrong: first line\nsecond line")


def test_our_own_errors_of_settings_stay_whole() -> None:
    text = "2 problems in the settings:\n\nPulumi.stage.yaml:3:5: a = 1\n    must be text\n    fix: a: '1'"
    found = explain([error(text), *aftermath()])
    assert found is not None
    assert (found.first.text, found.kind) == (text, "program")


def test_the_frame_of_a_single_error_is_taken_off_and_that_of_many_stays() -> None:
    one = explain([error("1 error occurred:\n\t* Error 500: backendError\n\n", "vpc", NETWORK)])
    many = explain([error("2 errors occurred:\n\t* first\n\t* second\n\n", "vpc", NETWORK)])
    assert one is not None
    assert many is not None
    assert one.first.text == "Error 500: backendError"
    assert many.first.text == "2 errors occurred:\n\t* first\n\t* second"


def test_a_refused_preview_names_what_is_protected_and_how_to_let_go() -> None:
    text = f'Preview failed: resource "{urn("gke", "t")}" cannot be deleted\nbecause it is protected. To unprotect ...'
    events = [
        before("pool", "gcp:container/nodePool:NodePool", "delete", planning=True),
        after("pool", "gcp:container/nodePool:NodePool", "delete", planning=True),
        before("gke", "gcp:container/cluster:Cluster", "delete", planning=True),
        error(text, "gke", "gcp:container/cluster:Cluster"),
        error("preview failed"),
    ]
    found = explain(events, again="homeport destroy -s stage")
    assert found is not None
    assert (found.first.operation, found.kind, found.others) == ("delete", "protected", ())
    steps = ["homeport set -s stage protection=none", "homeport up -s stage", "homeport destroy -s stage"]
    assert [found.remedy.index(step) for step in steps] == sorted(found.remedy.index(step) for step in steps)
    assert done(events) == {}


def test_nothing_is_counted_that_was_only_planned_refreshed_or_begun() -> None:
    events = [
        before("a", RING, "create", planning=True),
        after("a", RING, "create", planning=True),
        before("a", RING, "refresh"),
        after("a", RING, "update"),
        before("a", RING, "same"),
        after("a", RING, "same"),
        before("b", RING, "create"),
        before("c", RING, "update"),
        after("c", RING, "update"),
        before("d", RING, "create-replacement"),
        after("d", RING, "create-replacement"),
        before("d", RING, "replace"),
        after("d", RING, "replace"),
        before("d", RING, "delete-replaced"),
        after("d", RING, "delete-replaced"),
        before("e", RING, "delete"),
        after("e", RING, "delete"),
    ]
    assert done(events) == {"delete": 1, "replace": 1, "update": 1}


def test_the_engine_says_that_somebody_stopped_it() -> None:
    stopped = {"stdoutEvent": {"message": "^C received; cancelling. If you would like to terminate immediately ..."}}
    assert interrupted([before("a", RING, "create"), stopped, {"cancelEvent": {}}])
    # The event that ends every log.
    assert not interrupted([{"cancelEvent": {}}])


def test_of_inputs_nothing_but_the_names_of_kubernetes_objects_is_shown() -> None:
    inputs = {"metadata": {"name": "web", "namespace": "shop; rm -rf /"}, "data": {"password": "hunter2"}}
    events = failing("web", "kubernetes:core/v1:Secret", "create", 'secrets "web" already exists', inputs=inputs)
    found = explain(events)
    assert found is not None
    assert "kubectl get secret web -o yaml" in found.remedy
    assert "hunter2" not in str(found)
    assert "rm -rf" not in found.remedy


def test_a_log_that_was_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    events = [*failing("vpc", NETWORK, "create", "Error 500: backendError"), *aftermath()]
    whole = "".join(json.dumps(event) + "\n" for event in events)
    for length in range(0, len(whole), 7):
        path = tmp_path / "events"
        path.write_text(whole[:length], encoding="utf-8")
        found = explain(read_lines(path))
        assert found is None or (found.first.name, found.kind) == ("vpc", "internal")
    assert list(read_lines(tmp_path / "none")) == []


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["diagnosticEvent", "resourcePreEvent", "resOpFailedEvent", "resOutputsEvent", "stdoutEvent",
                 "metadata", "op", "urn", "type", "new", "inputs", "severity", "message", "planning"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(JSON, max_size=6))
def test_events_of_any_shape_are_no_reason_to_fail(events: list[Any]) -> None:
    found = explain(events)
    assert found is None or found.remedy
    maps: list[dict[str, Any]] = [event for event in events if isinstance(event, dict)]
    assert sum(done(maps).values()) <= len(maps)
    interrupted(maps)


REASONS = st.sampled_from(
    ["Error 500: backendError", "quota exceeded", "already exists", "odd", "because it is protected"]
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(AFTERMATH), REASONS, st.sampled_from("abc")), max_size=8))
def test_a_consequence_is_never_shown(items: list[tuple[bool, str, str, str]]) -> None:
    events = [error(follower if follows else reason, name, NETWORK) for follows, follower, reason, name in items]
    reasons = [(name, reason) for follows, _, reason, name in items if not follows]
    found = explain(events)
    if found is None:
        assert reasons == []
        return
    shown = [(failure.name, failure.text) for failure in (found.first, *found.others)]
    assert shown == list(dict.fromkeys(reasons))
