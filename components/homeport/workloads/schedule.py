"""When a CronJob runs.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator

from homeport.model import rule_error

_MACROS: Final = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_EXAMPLE: Final = 'write five fields, minute hour day month weekday, for example "15 3 * * *"'


def _schedule(value: str) -> str:
    if "TZ=" in value:
        raise rule_error("must not hold a time zone: Kubernetes refuses it there", "use time_zone")
    if value in _MACROS:
        return value
    if len(value.split()) != 5:
        raise rule_error("must be a schedule of five fields", _EXAMPLE)
    try:
        # The first match is looked for, so that the thirtieth of February is found too.
        next(CronSim(value, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise rule_error(f"must be a schedule: {str(error).lower()}", _EXAMPLE) from None
    except StopIteration:
        raise rule_error("must be a schedule that comes at some time; this one never does", _EXAMPLE) from None
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise rule_error("must be a time zone of the IANA database", "for example Europe/Berlin, or Etc/UTC")
    return value


Schedule = Annotated[str, AfterValidator(_schedule)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
