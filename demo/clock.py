"""The clock that Home Assistant and Nomos go by in the demo, and the hand that moves it."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
import signal
from zoneinfo import ZoneInfo

LOCAL_TIME = ZoneInfo("Europe/Berlin")

_BEFORE_THE_MARK = timedelta(seconds=1)
_AFTER_THE_MARK = timedelta(seconds=12)
"""Home Assistant makes its statistics ten seconds after each mark of five minutes."""


class Clock:
    """A clock that runs as fast as any other, and is put forward now and then."""

    def __init__(self, file: Path, start: datetime) -> None:
        """Set the clock; the file tells the processes how it differs from the machine's."""
        self.file = file
        self._followers: dict[Process, Callable[[], Awaitable[object]]] = {}
        self._set(start - datetime.now(UTC))

    def now(self) -> datetime:
        """Return the present moment in the demo, in German time."""
        return (datetime.now(UTC) + self._ahead).astimezone(LOCAL_TIME)

    def today(self, hour: int, minute: int = 0, second: int = 0) -> datetime:
        """Return a moment of the present day."""
        return self.now().replace(
            hour=hour, minute=minute, second=second, microsecond=0
        )

    def quarter(self) -> datetime:
        """Return the begin of the present quarter of an hour."""
        now = self.now()
        return now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0)

    @contextmanager
    def followed_by(
        self, process: Process, ask: Callable[[], Awaitable[object]]
    ) -> Generator[None]:
        """Let a running process know whenever the clock is put forward.

        Args:
            process: The process.
            ask: What it answers once it has done what was due.
        """
        self._followers[process] = ask
        try:
            yield
        finally:
            del self._followers[process]

    def put_forward(self, moment: datetime) -> None:
        """Leap to a moment."""
        leap = moment - self.now()
        if leap > timedelta():
            self._set(self._ahead + leap)

    async def run_to(self, moment: datetime, stride: timedelta, pause: float) -> None:
        """Let the time pass until a moment in strides, with real seconds between them.

        It stops shortly before each mark that a stride leads to, at it, and shortly
        after it: whatever happens at the mark happens then, and in its order. It goes on
        when all that follow it have come along, however busy the machine is.
        """
        while (now := self.now()) < moment:
            into_stride = timedelta(seconds=now.timestamp() % stride.total_seconds())
            mark = now - into_stride + stride
            for stop in (mark - _BEFORE_THE_MARK, mark, mark + _AFTER_THE_MARK):
                self.put_forward(min(stop, moment))
                await asyncio.sleep(pause)
                await asyncio.gather(*(ask() for ask in self._followers.values()))

    def _set(self, ahead: timedelta) -> None:
        self._ahead = ahead
        draft = self.file.with_suffix(".draft")
        draft.write_text(str(ahead.total_seconds()), encoding="ascii")
        draft.replace(self.file)
        for process in self._followers:
            if process.returncode is None:
                process.send_signal(signal.SIGUSR1)
