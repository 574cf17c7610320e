"""Moments in time: now, the API's notation, and the notations of a scenario."""

from datetime import UTC, date, datetime, time, timedelta
import re
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Berlin")

_RELATIVE = re.compile(
    r"(?P<count>[+-]?\d+) (?P<unit>minute|hour|day|week)s?(?: (?P<clock>\d\d:\d\d))?"
)


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def to_api(moment: datetime | None) -> str | None:
    """Write a moment the way the API does, in UTC with milliseconds."""
    if moment is None:
        return None
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def parse_moment(value: object) -> datetime:
    """Read a moment: ISO 8601, a date, "now", "-12 days" or "+9 days 09:30".

    A date, a clock and a time without an offset are local to Germany.
    """
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return _in_utc(datetime.combine(value, time()))
    if value == "now":
        return now()
    if relative := _RELATIVE.fullmatch(str(value)):
        return _relative_moment(**relative.groupdict())
    return _in_utc(datetime.fromisoformat(str(value)))


def _relative_moment(count: str, unit: str, clock: str | None) -> datetime:
    moment = now() + timedelta(**{f"{unit}s": int(count)})
    if clock is None:
        return moment
    day = moment.astimezone(LOCAL_TIME).date()
    return _in_utc(datetime.combine(day, time.fromisoformat(clock)))


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL_TIME)
    return moment.astimezone(UTC)
