"""Value types of settings: text with a rule, checked where it is written.

Each is an annotated `str`, so that values stay plain in YAML, JSON Schema and Pulumi inputs.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.model import rule_error

_DNS_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_QUANTITY: Final = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti|P|Pi|E|Ei)?")


def _cidr(value: str) -> str:
    try:
        network = ipaddress.IPv4Network(value, strict=False)
    except ValueError:
        raise rule_error(
            "must be an IPv4 range in CIDR notation", "write address/prefix, for example 10.20.0.0/16"
        ) from None
    if "/" not in value:
        raise rule_error("must be an IPv4 range in CIDR notation", f'add a prefix, for example "{value}/32"')
    if str(network) != value:
        raise rule_error("must be a network address without host bits", f'write "{network}"')
    return value


def _ipv4(value: str) -> str:
    try:
        ipaddress.IPv4Address(value)
    except ValueError:
        raise rule_error("must be an IPv4 address", "for example 203.0.113.7") from None
    return value


def _dns_name(value: str) -> str:
    if value.endswith("."):
        raise rule_error("must be a DNS name without the final dot", f'write "{value.rstrip(".")}"')
    if value != value.lower():
        raise rule_error("must be a DNS name in lower case", f'write "{value.lower()}"')
    labels = value.split(".")
    if len(value) > 253 or len(labels) < 2 or not all(_DNS_LABEL.fullmatch(label) for label in labels):
        raise rule_error(
            "must be a fully qualified DNS name: two or more labels of a-z, 0-9 and -, 63 characters each at most",
            "for example stage.acme.example",
        )
    return value


def _dns_label(value: str) -> str:
    if not _DNS_LABEL.fullmatch(value):
        raise rule_error(
            "must be a DNS label: a-z, 0-9 and -, not first or last a -, 63 characters at most (RFC 1123)",
            "for example shop-web",
        )
    return value


def _quantity(value: str) -> str:
    if not _QUANTITY.fullmatch(value):
        raise rule_error(
            "must be a Kubernetes quantity", 'for example "500m" of CPU, "512Mi" of memory, "20Gi" of disk'
        )
    return value


#: An IPv4 network, canonical: no host bits.
Cidr = Annotated[
    str,
    AfterValidator(_cidr),
    Field(pattern=None, examples=["10.20.0.0/16"], json_schema_extra={"format": "ipv4-cidr"}),
]
#: A single IPv4 address.
Ipv4 = Annotated[str, AfterValidator(_ipv4), Field(json_schema_extra={"format": "ipv4"})]
#: A fully qualified DNS name, lower case, without the final dot.
DnsName = Annotated[str, AfterValidator(_dns_name), Field(json_schema_extra={"format": "hostname"})]
#: One label of a DNS name (RFC 1123): what Kubernetes asks of most names.
DnsLabel = Annotated[str, AfterValidator(_dns_label), Field(max_length=63)]
#: An amount of CPU, memory or disk as Kubernetes writes it.
#: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
Quantity = Annotated[str, AfterValidator(_quantity)]

#: Where a cluster runs; `none` stands for one that homeport did not make and whose cloud it does not know.
Cloud = Literal["gcp", "aws", "none"]
#: How well stateful things are guarded against deletion, see `homeport.protection`.
Protection = Literal["none", "standard", "strict"]
