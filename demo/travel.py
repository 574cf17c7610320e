"""Run a module on the demo's clock: `python demo/travel.py CLOCK MODULE ARGUMENTS`.

CLOCK is a file that says how many seconds the module's time is ahead of the machine's.
The module starts with what it says and reads it anew at each `SIGUSR1`. Wall clock and
monotonic clock move together; whatever an event loop has waited for then is due at once.
"""

from pathlib import Path
import runpy
import signal
import sys
import time
from types import FrameType
from unittest.mock import patch

import time_machine


class _Time:
    """The time of this process."""

    def __init__(self, clock: Path) -> None:
        """Go with this clock."""
        self._clock = clock
        self._monotonic = time.monotonic
        self._ahead = 0.0
        self._wall = time_machine.travel(time.time()).start()
        # The journey begins when somebody first asks for the time.
        time.time()
        self.adjust()

    def adjust(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Go to where the clock is now."""
        ahead = float(self._clock.read_text(encoding="ascii"))
        self._wall.shift(ahead - self._ahead)
        self._ahead = ahead

    def monotonic(self) -> float:
        """Return what event loops count with."""
        return self._monotonic() + self._ahead


def main() -> None:
    """Take the clock from the command line, and leave the rest of it to the module."""
    _, clock, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    # As with `python -m`: not the folder of this file, but the one that it runs in.
    sys.path[0] = str(Path.cwd())
    moved = _Time(Path(clock))
    # An event loop is woken by any signal that Python handles.
    signal.signal(signal.SIGUSR1, moved.adjust)
    with patch("time.monotonic", moved.monotonic):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
