"""Documents fit into what AWS allows, and merge without changing what they allow."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.identity.aws_documents import (
    INLINE_LIMIT,
    MANAGED_LIMIT,
    MANAGED_PER_ROLE,
    TRUST_LIMIT,
    Documents,
    Statement,
    document,
    merge,
    split,
)
from homeport.identity.aws_scope import AwsScope
from homeport.identity.aws_trust import TrustScope, irsa_trust, pod_identity_trust
from homeport.identity.permissions import LoadBalancerAdmin, Permission, SecretReader
from homeport.identity.reference import AWS
from homeport.identity.refs import SecretRef
from homeport.identity.render_aws import statements
from homeport.identity.templates import Blanks, longest
from homeport.problems import SettingsError
from tests.identity.permission_strategies import PERMISSIONS, SCOPES

LISTS = st.lists(PERMISSIONS, max_size=6)


def texts(documents: Documents) -> list[str]:
    return [*([documents.inline] if documents.inline else []), *documents.managed]


def allowed(found: list[str]) -> set[tuple[str, str, str]]:
    """Every action, resource and condition that documents allow."""
    out: set[tuple[str, str, str]] = set()
    for text in found:
        for statement in json.loads(text)["Statement"]:
            condition = json.dumps(statement.get("Condition"), sort_keys=True)
            out |= {
                (action, resource, condition) for action in statement["Action"] for resource in statement["Resource"]
            }
    return out


@given(permissions=LISTS, scope=SCOPES)
def test_every_document_fits(permissions: list[Permission], scope: AwsScope) -> None:
    documents = split(statements(permissions, scope))
    assert documents.inline is None or (longest(documents.inline) <= INLINE_LIMIT and not documents.managed)
    assert all(longest(text) <= MANAGED_LIMIT for text in documents.managed)
    assert len(documents.managed) <= MANAGED_PER_ROLE


@given(permissions=LISTS, scope=SCOPES)
def test_splitting_and_merging_change_nothing_that_is_allowed(permissions: list[Permission], scope: AwsScope) -> None:
    found = statements(permissions, scope)
    assert allowed(texts(split(found))) == allowed([document(found)])


@given(permissions=LISTS, scope=SCOPES)
def test_the_same_permissions_are_the_same_text(permissions: list[Permission], scope: AwsScope) -> None:
    assert split(statements(permissions, scope)) == split(statements(list(permissions), scope))


@given(permissions=LISTS, scope=SCOPES)
def test_sids_are_unique_letters_and_digits(permissions: list[Permission], scope: AwsScope) -> None:
    for text in texts(split(statements(permissions, scope))):
        sids = [statement["Sid"] for statement in json.loads(text)["Statement"]]
        assert len(set(sids)) == len(sids)
        assert all(sid.isalnum() for sid in sids)


def test_nothing_asked_is_no_document() -> None:
    assert split([]) == Documents(None, ())


def test_what_fits_is_one_inline_policy() -> None:
    documents = split(statements([LoadBalancerAdmin(vpc="vpc-1", waf=True, shield=True, cognito=True)], AWS))
    assert documents.inline is not None
    assert documents.managed == ()


def many_secrets(count: int) -> list[Permission]:
    return [SecretReader(secrets=[SecretRef(name=f"a-rather-long-name-of-a-secret-{i:04}") for i in range(count)])]


def test_what_does_not_fit_inline_becomes_managed_policies() -> None:
    documents = split(statements(many_secrets(200), AWS))
    assert documents.inline is None
    assert 1 < len(documents.managed) <= MANAGED_PER_ROLE
    secrets: list[Any] = [r for text in documents.managed for s in json.loads(text)["Statement"] for r in s["Resource"]]
    assert len(secrets) == len(set(secrets)) == 200


def test_names_that_only_aws_can_say_count_with_their_greatest_length() -> None:
    blanks = Blanks()
    refs = [SecretRef(name=pulumi.Output.from_input("a"), label=f"a{i}") for i in range(20)]
    documents = split(statements([blanks.plain(SecretReader(secrets=refs))], AWS))
    # Twenty names of one character each would fit inline; twenty of 512 do not, and the plan cannot know which it is.
    assert documents.inline is None
    assert sum(len(text) for text in documents.managed) < INLINE_LIMIT < sum(map(longest, documents.managed))


def test_what_fits_in_no_way_says_so() -> None:
    with pytest.raises(SettingsError) as error:
        split(statements(many_secrets(1000), AWS))
    (problem,) = error.value.problems
    assert problem.rule.endswith(f"policies of {MANAGED_LIMIT} characters, and a role holds {MANAGED_PER_ROLE}")
    assert problem.fix == (
        "grant a prefix or namespace instead of single things, or split the work between service accounts"
    )


def test_statements_that_differ_in_resources_alone_become_one() -> None:
    found = merge([Statement("Read", ("s3:GetObject",), ("b",)), Statement("Read", ("s3:GetObject",), ("a",))])
    assert [statement.as_json()["Resource"] for statement in found] == [["a", "b"]]


def test_statements_of_one_name_and_another_meaning_stay_apart() -> None:
    found = merge([Statement("Read", ("s3:GetObject",), ("a",)), Statement("Read", ("s3:ListBucket",), ("a",))])
    assert [statement.sid for statement in found] == ["Read", "Read2"]


def test_a_trust_policy_fits_with_the_longest_names() -> None:
    scope = TrustScope("1" * 12, "c" * 256, "n" * 63, "s" * 253, "p" * 256, "i" * 128)
    assert len(pod_identity_trust(scope)) <= TRUST_LIMIT
    assert len(irsa_trust(scope)) <= TRUST_LIMIT
