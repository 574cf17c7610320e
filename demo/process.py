"""Child processes that never outlive the demo."""

import asyncio
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
import signal
import socket
from subprocess import STDOUT
import sys

from .clock import Clock

_TRAVEL = Path(__file__).parent / "travel.py"
_SECONDS_TO_START = 90
_SECONDS_TO_END = 20


class StartError(Exception):
    """Something the demo needs does not start."""


@asynccontextmanager
async def python_module(
    module: str,
    arguments: Sequence[str],
    *,
    clock: Clock,
    directory: Path,
    log: Path,
    is_up: Callable[[], Awaitable[bool]],
) -> AsyncGenerator[None]:
    """Run a Python module on the demo's clock, beside the block, from when it is up.

    Its output is logged.
    """
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(_TRAVEL),
            str(clock.file),
            module,
            *arguments,
            cwd=directory,
            stdout=output,
            stderr=STDOUT,
            # A Ctrl-C in the terminal is for the demo, which then ends its children.
            start_new_session=True,
        )
    try:
        await _until_up(process, is_up, f"{module} does not start; see {log}")
        with clock.followed_by(process, is_up):
            yield
    finally:
        await _end(process)


async def _until_up(
    process: Process, is_up: Callable[[], Awaitable[bool]], complaint: str
) -> None:
    try:
        async with asyncio.timeout(_SECONDS_TO_START):
            while not await is_up():
                if process.returncode is not None:
                    raise StartError(complaint)
                await asyncio.sleep(0.1)
    except TimeoutError as err:
        raise StartError(complaint) from err


async def _end(process: Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_SECONDS_TO_END):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(port: int) -> bool:
    """Tell whether nothing listens on a port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
