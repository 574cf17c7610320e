"""Moments in time: now, the API's notation, and the notations of a scenario."""

from datetime import UTC, date, datetime, time, timedelta
import re
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Berlin")

_RELATIVE = re.compile(
    r"(?P<count>[+-]?\d+) (?P<unit>minute|hour|day|week)s?(?: (?P<clock>\d\d:\d\d))?"
)


_QUARTER = timedelta(minutes=15)


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
        return local_moment(value, time())
    if value == "now":
        return now()
    if relative := _RELATIVE.fullmatch(str(value)):
        return _relative_moment(**relative.groupdict())
    return _in_utc(datetime.fromisoformat(str(value)))


def parse_day(value: object) -> date:
    """Read a day in Germany, in any notation of a moment."""
    return parse_moment(value).astimezone(LOCAL_TIME).date()


def parse_clock(value: object) -> time:
    """Read a time of day such as "14:20"."""
    return time.fromisoformat(str(value))


def local_moment(day: date, clock: time) -> datetime:
    """Return the moment of a time of day in Germany, in UTC."""
    return _in_utc(datetime.combine(day, clock))


def quarters_of(day: date) -> list[datetime]:
    """Return the quarter-hours of a day in Germany, in UTC: 96, or 92 or 100."""
    start = local_moment(day, time())
    end = local_moment(day + timedelta(days=1), time())
    return [start + _QUARTER * count for count in range((end - start) // _QUARTER)]


def _relative_moment(count: str, unit: str, clock: str | None) -> datetime:
    moment = now() + timedelta(**{f"{unit}s": int(count)})
    if clock is None:
        return moment
    day = moment.astimezone(LOCAL_TIME).date()
    return local_moment(day, time.fromisoformat(clock))


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=LOCAL_TIME)
    return moment.astimezone(UTC)
