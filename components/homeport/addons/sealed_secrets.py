"""sealed-secrets: secrets that may lie in a repository, since the cluster alone can open them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, final

from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.crds import owns_definitions
from homeport.addons.items import Item, Namespace, Need
from homeport.addons.prometheus_rule import monitored
from homeport.addons.sealed_secrets_alerts import rules
from homeport.addons.sealed_secrets_args import KeyBackup, SealedSecretsArgs
from homeport.addons.sealed_secrets_backup import backup_items
from homeport.addons.sealed_secrets_chart import NAMESPACE, definitions, release
from homeport.addons.sealed_secrets_network import policies
from homeport.addons.site import Site
from homeport.addons.stored_secret import has_store
from homeport.problems import Problem

__all__ = ["KeyBackup", "SealedSecrets", "SealedSecretsArgs"]


@final
class SealedSecrets(Addon[SealedSecretsArgs]):
    """The controller, and its keys' way into the cloud's secret store and back.

    In a namespace of its own, where nothing but keys lies: the right to read Secrets there is the right to read keys,
    and nothing else.

    https://github.com/bitnami-labs/sealed-secrets
    """

    name: ClassVar[str] = "sealed-secrets"
    args: ClassVar[type[AddonArgs]] = SealedSecretsArgs
    namespace: ClassVar[Namespace] = Namespace(NAMESPACE, "restricted")

    def items(self, args: SealedSecretsArgs, site: Site) -> Sequence[Item]:
        """The release, after the Job that puts keys back."""
        kept = _kept(args, site)
        needs = [Need("network-controller", "the namespace is closed otherwise")]
        if kept:
            needs.append(Need("restore", "a controller that finds no key makes one, and old secrets cannot be read"))
        return [
            *policies(site, backup=kept),
            *(backup_items(args, site) if kept else []),
            *([definitions(args)] if owns_definitions(site) else []),
            release(args, site, needs),
            *([rules(backup=kept)] if monitored(site) else []),
        ]

    def problems(self, args: SealedSecretsArgs, site: Site) -> Iterator[Problem]:
        """What the backup cannot do on this site."""
        backup = args.backup
        if not has_store(site):
            for name in ("enabled", "restore_from", "key"):
                value: object = getattr(backup, name)
                if value:
                    yield Problem(
                        ("backup", name),
                        "this cluster has no secret store: its cloud, or whose it is, is not known to the stack",
                        f"remove backup.{name}, and keep the keys by hand: docs/runbooks/restore-sealed-secrets.md",
                    )
            return
        if backup.key is not None and (backup.key.aws if site.cloud == "aws" else backup.key.gcp) is None:
            yield Problem(
                ("backup", "key"),
                f"names no key on the cluster's cloud, {site.cloud}",
                f"give its {site.cloud}: ...",
            )

    def warnings(self, args: SealedSecretsArgs, site: Site) -> Iterator[str]:
        """Keys that nobody keeps."""
        if not _kept(args, site):
            yield (
                "the sealing keys exist in the cluster alone; if it is lost, nothing that was"
                " sealed for it can be read: keep them by hand, docs/runbooks/restore-sealed-secrets.md"
            )

    def exports(self, args: SealedSecretsArgs, site: Site) -> Mapping[str, Any]:
        """SealedSecrets are a known kind, and opened."""
        del args, site
        return {"sealed_secrets": True, "items": {"sealed-secrets": "sealed-secrets/release"}}


def _kept(args: SealedSecretsArgs, site: Site) -> bool:
    return args.backup.enabled is not False and has_store(site)
