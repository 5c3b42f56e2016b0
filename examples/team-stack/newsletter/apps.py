"""What the team runs. Pure: plain data, tested without Pulumi."""

from __future__ import annotations

from homeport import CronJobArgs, Flow, Probe, Resources, WebAppArgs

TENANT = "shop"


def specs(registry: str, tag: str) -> dict[str, WebAppArgs | CronJobArgs]:
    """Name to application.

    Args:
        registry: what images' names begin with.
        tag: of this release; all images are built together.
    """
    return {
        "newsletter": WebAppArgs(
            tenant=TENANT,
            image=f"{registry}/newsletter",
            tag=tag,
            readiness=Probe(http="/healthz"),
            connects=[Flow(internet=True)],
            resources=Resources(cpu="50m", memory="96Mi"),
        ),
        "newsletter-send": CronJobArgs(
            tenant=TENANT,
            image=f"{registry}/newsletter",
            tag=tag,
            command=["/app/send"],
            schedule="0 7 * * MON",
            time_zone="Europe/Berlin",
            connects=[Flow(app="newsletter"), Flow(internet=True)],
        ),
    }
