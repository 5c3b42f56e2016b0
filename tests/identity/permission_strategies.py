"""Permissions of every kind, generated."""

from __future__ import annotations

from hypothesis import strategies as st

from homeport.identity.aws_scope import AwsScope
from homeport.identity.permissions import (
    AutoscalingAdmin,
    BucketReader,
    BucketWriter,
    DnsEditor,
    ImagePuller,
    KeyUser,
    LoadBalancerAdmin,
    Permission,
    SecretReader,
    SecretWriter,
    SnapshotAdmin,
    VolumeAdmin,
)
from homeport.identity.refs import (
    ArtifactRepository,
    BucketRef,
    CloudDnsZone,
    EcrRepositories,
    KeyRef,
    RegistryRef,
    Route53Zone,
    SecretRef,
    ZoneRef,
)

LABELS = st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True)
PREFIXES = st.none() | LABELS.map(lambda text: f"{text}/")


def _key(label: str) -> KeyRef:
    return KeyRef(
        label=label,
        aws=f"arn:aws:kms:eu-central-1:111122223333:key/{label}",
        gcp=f"projects/acme-stage/locations/europe-west3/keyRings/stage/cryptoKeys/{label}",
    )


def _zone(label: str, project: str) -> ZoneRef:
    return ZoneRef(
        name=f"{label}.acme.example",
        aws=Route53Zone(zone_id=f"Z{label.upper()}"),
        gcp=CloudDnsZone(project=project, name=label),
    )


KEYS = LABELS.map(_key)
ZONES = st.builds(_zone, LABELS, st.sampled_from(["acme-global", "acme-other"]))
BUCKETS = LABELS.map(lambda label: f"acme-{label}")
SECRETS = st.lists(
    LABELS.map(lambda name: SecretRef(name=name)), min_size=1, max_size=5, unique_by=lambda ref: ref.called
)


def _registry(label: str) -> RegistryRef:
    return RegistryRef(
        label=label,
        aws=EcrRepositories(repositories=[f"{label}/web", f"{label}/*"]),
        gcp=ArtifactRepository(project="acme-global", location="europe-west3", repository=label),
    )


PERMISSIONS: st.SearchStrategy[Permission] = st.one_of(
    st.builds(
        DnsEditor,
        zones=st.lists(ZONES, min_size=1, max_size=4, unique_by=lambda zone: zone.name),
        record_types=st.none() | st.just(["TXT"]) | st.just(["A", "CNAME"]),
        list_zones=st.booleans(),
    ),
    st.builds(BucketReader, bucket=st.builds(BucketRef, name=BUCKETS), prefix=PREFIXES, metadata=st.booleans()),
    st.builds(
        BucketWriter,
        bucket=st.builds(BucketRef, name=BUCKETS, key=st.none() | KEYS),
        prefix=PREFIXES,
        metadata=st.booleans(),
    ),
    st.builds(VolumeAdmin, keys=st.lists(KEYS, max_size=3), scope=st.sampled_from(["cluster", "driver"])),
    st.builds(SnapshotAdmin, scope=st.sampled_from(["cluster", "driver"])),
    st.builds(SecretReader, secrets=SECRETS, key=st.none() | KEYS),
    st.builds(SecretWriter, secrets=SECRETS, key=st.none() | KEYS),
    st.builds(ImagePuller, registry=LABELS.map(_registry)),
    st.builds(
        LoadBalancerAdmin,
        vpc=st.just("vpc-0123456789abcdef0"),
        waf=st.booleans(),
        shield=st.booleans(),
        cognito=st.booleans(),
    ),
    st.just(AutoscalingAdmin()),
    st.builds(KeyUser, key=KEYS),
)

SCOPES = st.builds(
    AwsScope,
    account=st.just("111122223333"),
    region=st.sampled_from(["eu-central-1", "cn-north-1", "us-gov-west-1"]),
    cluster=LABELS,
)
