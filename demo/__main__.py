"""Run the demo: `python -m demo`, or `python -m demo --check` to prove it."""

from argparse import ArgumentParser, Namespace
import asyncio
from pathlib import Path
import signal

from .check import check
from .process import StartError
from .story import tell

WORKSHOP = Path(__file__).parent.parent / ".demo"
_INTERRUPTED = 130


def main() -> int:
    """Read the command line and play."""
    arguments = _arguments()
    try:
        return asyncio.run(_play(arguments))
    except KeyboardInterrupt, asyncio.CancelledError:
        print("\nThe demo has ended.")
        return _INTERRUPTED if arguments.check else 0
    except StartError as err:
        print(err)
        return 1


def _arguments() -> Namespace:
    parser = ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument(
        "--port", type=int, default=8123, help="of Home Assistant (default 8123)"
    )
    parser.add_argument(
        "--simulator-port", type=int, default=8088, help="of Nomos (default 8088)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="go through it at full speed on free ports, and verify every state",
    )
    parser.add_argument(
        "--screenshots",
        type=Path,
        default=WORKSHOP / "screenshots",
        metavar="DIR",
        help="where --check puts its pictures (default .demo/screenshots)",
    )
    return parser.parse_args()


async def _play(arguments: Namespace) -> int:
    task = asyncio.current_task()
    assert task is not None
    # Ended from outside, the demo still ends its children first.
    for end in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(end, task.cancel)
    WORKSHOP.mkdir(exist_ok=True)
    if arguments.check:
        return int(not await check(WORKSHOP / "check", arguments.screenshots))
    home = WORKSHOP / f"home-{arguments.port}"
    await tell(home, arguments.port, arguments.simulator_port)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
