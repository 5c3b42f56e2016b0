"""Entries of the cloud's secret store as items: the program makes them, pods fill them, nobody here sees a value.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from homeport.addons.items import Item, Ref
from homeport.addons.site import Site
from homeport.identity.refs import KeyRef
from homeport.values import Cloud

#: The attribute that holds an entry's name, by cloud.
NAME_OUTPUT: Final[dict[Cloud, str]] = {"gcp": "secret_id", "aws": "name"}


def has_store(site: Site) -> bool:
    """Whether the cluster's cloud has a secret store that its pods can be let into.

    An existing cluster's project or account is not known, and so neither is how its pods become principals.
    """
    return (site.cloud == "gcp" and site.project is not None) or (site.cloud == "aws" and site.account is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecret(Item):
    """An entry of Secret Manager or Secrets Manager, without a value.

    It holds state: it is guarded like a key by the stack's protection, and does not go with the cluster. Its name is
    automatic: AWS reserves the name of a deleted entry for the days in which it can be brought back, so an entry of a
    fixed name could not be made anew.

    Attributes:
        description: what it is for; AWS shows it.
        encryption: the key that encrypts it; None for the cloud's own.
    """

    description: str
    encryption: KeyRef | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreEncryption(Item):
    """Google Cloud: lets Secret Manager use a key of ours.

    Attributes:
        encryption: the key.
    """

    encryption: KeyRef


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreAccess(Item):
    """What a service account may do with entries of the store.

    Attributes:
        service_account: its name.
        namespace: of it.
        stored: keys of `StoredSecret` items of the same add-on, which it reads and adds versions to.
        named: names of entries that something else made, which it reads.
        encryption: the key that encrypts them.
    """

    service_account: str
    namespace: str
    stored: Sequence[str]
    named: Sequence[str] = ()
    encryption: KeyRef | None = None


def name_of(key: str, site: Site) -> Ref:
    """The name of the entry that a `StoredSecret` makes."""
    return Ref(key, NAME_OUTPUT[site.cloud])
