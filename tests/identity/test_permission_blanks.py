"""Documents are rendered with marks for outputs, and the outputs come back in their places."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pulumi
import pytest

from homeport.identity import permissions as permissions_module
from homeport.identity import refs as refs_module
from homeport.identity.permissions import BucketWriter, DnsEditor
from homeport.identity.refs import BucketRef, CloudDnsZone, KeyRef, Route53Zone, ZoneRef
from homeport.identity.templates import LONGEST, Blanks, in_json, longest
from homeport.model import Model
from homeport.plan import record


def run(program: Any) -> dict[str, Any]:
    return record(program).outputs


def test_plain_text_stays_as_it_is() -> None:
    blanks = Blanks()
    permission = BucketWriter(bucket=BucketRef(name="acme-logs"))
    assert blanks.plain(permission) == permission
    assert blanks.fill("arn:aws:s3:::acme-logs") == "arn:aws:s3:::acme-logs"


def test_an_output_has_one_mark_wherever_it_stands() -> None:
    name, key = pulumi.Output.from_input("acme-logs"), pulumi.Output.from_input("arn")
    blanks = Blanks()
    plain = blanks.plain(BucketWriter(bucket=BucketRef(name=name, label="logs", key=KeyRef(label="logs", aws=key))))
    again = blanks.plain(BucketRef(name=name, label="logs"))
    assert isinstance(plain.bucket.name, str)
    assert plain.bucket.name == again.name
    assert plain.bucket.key is not None
    assert plain.bucket.key.aws != plain.bucket.name


def test_lists_and_references_are_looked_into() -> None:
    zone = pulumi.Output.from_input("Z1")
    blanks = Blanks()
    permission = DnsEditor(zones=[ZoneRef(name="acme.example", aws=Route53Zone(zone_id=zone))])
    (plain,) = blanks.plain(permission).zones
    assert plain.aws is not None
    assert isinstance(plain.aws.zone_id, str)
    assert longest(f"hostedzone/{plain.aws.zone_id}") == len("hostedzone/") + LONGEST["Route53Zone.zone_id"]


def test_outputs_come_back_in_their_places() -> None:
    def program() -> None:
        blanks = Blanks()
        one = blanks.mark(pulumi.Output.from_input("one"), "BucketRef.name")
        two = blanks.mark(pulumi.Output.from_input("two"), "AwsScope.cluster")
        pulumi.export("text", blanks.fill(f"<{one}/{two}/{one}>"))

    assert run(program) == {"text": "<one/two/one>"}


def test_a_value_alone_is_the_output_itself() -> None:
    name = pulumi.Output.from_input("acme-logs")
    blanks = Blanks()
    assert blanks.fill(blanks.mark(name, "BucketRef.name")) is name


def test_a_value_cannot_break_out_of_its_document() -> None:
    hostile = 'a","Resource":"*'

    def program() -> None:
        blanks = Blanks()
        mark = blanks.mark(pulumi.Output.from_input(hostile), "BucketRef.name")
        pulumi.export("text", blanks.fill(json.dumps({"Resource": mark}, ensure_ascii=False), escape=in_json))

    assert json.loads(run(program)["text"]) == {"Resource": hostile}


def test_a_secret_name_stays_secret() -> None:
    def program() -> None:
        blanks = Blanks()
        mark = blanks.mark(pulumi.Output.secret("hidden"), "SecretRef.name")
        pulumi.export("text", blanks.fill(f"secret:{mark}"))

    assert run(program) == {"text": {"$secret": True}}


MODELS = [
    model
    for module in (refs_module, permissions_module)
    for _, model in inspect.getmembers(module, inspect.isclass)
    if issubclass(model, Model) and model is not Model and not model.__name__.startswith("_")
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_that_takes_an_output_has_a_greatest_length(model: type[Model]) -> None:
    annotations = {
        field: text
        for base in reversed(model.__mro__)
        if issubclass(base, Model)
        for field, text in inspect.get_annotations(base).items()
    }
    fields = {f"{model.__name__}.{field}" for field, text in annotations.items() if "In[" in str(text)}
    assert fields <= LONGEST.keys()


def test_a_field_without_a_greatest_length_is_not_rendered() -> None:
    with pytest.raises(KeyError, match=r"CloudDnsZone\.unheard_of"):
        Blanks().mark(pulumi.Output.from_input("x"), "CloudDnsZone.unheard_of")


def test_marks_name_no_zone_that_the_program_could_write() -> None:
    mark = Blanks().mark(pulumi.Output.from_input("x"), "CloudDnsZone.name")
    assert not mark.isascii()
    assert CloudDnsZone(project="acme-global", name="x").name != mark
