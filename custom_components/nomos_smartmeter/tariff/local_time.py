"""Quarter-hours, and the days of the German electricity market.

All moments are aware datetimes in UTC unless a name says "local". Local is
Europe/Berlin, whatever time zone the program runs in: contracts and the day-ahead
market count their days there. Such a day has 92, 96 or 100 quarter-hours.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Berlin")
QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def local_day(moment: datetime) -> date:
    """Return the local day that a moment belongs to."""
    return moment.astimezone(LOCAL_TIME).date()


def local_moment(day: date, clock: time = time()) -> datetime:
    """Return the moment (UTC) at which local clocks show a time on a day.

    Of an hour that comes twice it is the first; one that is left out is counted on
    from before it.
    """
    return datetime.combine(day, clock, LOCAL_TIME).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Return the start and the end (exclusive, both UTC) of a local day."""
    return local_moment(day), local_moment(day + DAY)


def in_local_time(moment: datetime) -> datetime:
    """Return the moment in local time with a fixed offset.

    Unlike datetimes with a `ZoneInfo`, these compare and subtract rightly inside the
    hour that comes twice in autumn, whoever handles them.
    """
    local = moment.astimezone(LOCAL_TIME)
    offset = local.utcoffset()
    assert offset is not None
    return local.astimezone(timezone(offset))


def start_of_quarter(moment: datetime) -> datetime:
    """Return the start of the quarter-hour that a moment is in."""
    return moment - (moment - _EPOCH) % QUARTER


def next_full_quarter(moment: datetime) -> datetime:
    """Return the first start of a quarter-hour that is not before a moment."""
    return moment + (_EPOCH - moment) % QUARTER


def quarters_in(duration: timedelta) -> int:
    """Return how many quarter-hours it takes to hold a duration."""
    return -(-duration // QUARTER)
