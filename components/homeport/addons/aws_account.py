"""What add-ons that work by rights in AWS ask of a cluster.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator

from homeport.addons.site import Site
from homeport.problems import Problem


def unknown_account(addon: str, site: Site) -> Iterator[Problem]:
    """On AWS an add-on can be given rights only in a cluster of our own."""
    if site.account is None:
        yield Problem(
            (),
            "works by rights in the AWS account, which homeport cannot give in a cluster that it did not make",
            f"switch it off: {addon}: {{enabled: false}}; whoever made the cluster installs it",
        )
