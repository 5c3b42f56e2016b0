"""When a CronJob runs.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from typing import Annotated, Final
from zoneinfo import available_timezones

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator

from homeport.model import rule_error

_MACROS: Final = ("@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly")
_NUMBERS: Final = r"(\*|[0-9]+(-[0-9]+)?)(/[0-9]+)?"


def _field(words: str, numbers: str = _NUMBERS) -> re.Pattern[str]:
    one = rf"({numbers}|({words})(-({words}))?(/[0-9]+)?)" if words else rf"({numbers})"
    return re.compile(rf"{one}(,{one})*", re.IGNORECASE)


_FIELDS: Final = (
    _field(""),
    _field(""),
    _field(""),
    _field("jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"),
    _field("sun|mon|tue|wed|thu|fri|sat", r"(\*|[0-6](-[0-6])?)(/[0-9]+)?"),
)
_EXAMPLE: Final = 'write five fields, minute hour day month weekday, for example "15 3 * * *"'


def _schedule(value: str) -> str:
    if "TZ=" in value:
        raise rule_error("must not hold a time zone: Kubernetes refuses it there", "use time_zone")
    if value in _MACROS:
        return value
    fields = value.split()
    if len(fields) != 5:
        raise rule_error("must be a schedule of five fields", _EXAMPLE)
    # What some crons know and Kubernetes' does not: L, W and # for days, 7 for Sunday.
    if not all(known.fullmatch(field) for known, field in zip(_FIELDS, fields, strict=True)):
        raise rule_error(
            "must be a schedule of numbers, names of months and weekdays, *, -, / and comma, as Kubernetes reads it;"
            " it knows no L, W and #, and Sunday is 0",
            _EXAMPLE,
        )
    try:
        # The first match is looked for, so that the thirtieth of February is found too.
        next(CronSim(value, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise rule_error(f"must be a schedule: {str(error).lower()}", _EXAMPLE) from None
    except StopIteration:
        raise rule_error("must be a schedule that comes at some time; this one never does", _EXAMPLE) from None
    return value


@functools.cache
def _zones() -> frozenset[str]:
    """All of the machine's time zones: finding them reads hundreds of files."""
    return frozenset(available_timezones())


def _time_zone(value: str) -> str:
    zones = _zones()
    # Where the system has no time zones only the cluster can tell.
    if value == "Local" or (zones and value not in zones):
        raise rule_error("must be a time zone of the IANA database", "for example Europe/Berlin, or Etc/UTC")
    return value


Schedule = Annotated[str, AfterValidator(_schedule)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
