"""When to look for the prices of tomorrow.

The day-ahead auction is published in the early afternoon, and Nomos has the prices by
about 14:20 local time. Before that a look now and then is enough, around it one every
few minutes, and less often when they are late.
"""

from datetime import datetime, time, timedelta

from .tariff.local_time import DAY, local_day, local_moment

FIRST_LOOK = time(13)
"""Local time from which the prices of tomorrow can be there."""

SPREAD = timedelta(minutes=5)
"""The looks of all homes are spread over this time."""

LOOKS = (
    FIRST_LOOK,
    time(13, 40),
    *(time(14, minute) for minute in range(10, 45, 5)),
    *(time(hour, minute) for hour in range(15, 20) for minute in (0, 20, 40)),
)
"""Local times of day, to each of which comes a home's own part of the spread."""


def may_be_published(now: datetime) -> bool:
    """Tell whether the prices of tomorrow can be there already."""
    return now >= local_moment(local_day(now), FIRST_LOOK)


def next_look(now: datetime, spread: timedelta, *, tomorrow_known: bool) -> datetime:
    """Return when to look next for prices of a day that is not known yet (UTC).

    Args:
        now: The present moment.
        spread: The home's own part of the spread.
        tomorrow_known: Whether the next day to look for is that after tomorrow.
    """
    today = local_day(now)
    if tomorrow_known:
        return local_moment(today + DAY, FIRST_LOOK) + spread
    for clock in LOOKS:
        if (look := local_moment(today, clock) + spread) > now:
            return look
    # From midnight on it is the day itself that is missing.
    return local_moment(today + DAY) + spread
