"""`python -m simulator` as a process of its own."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
import signal
import sys

from aiohttp import ClientSession
import pytest

_ROOT = Path(__file__).parents[2]


type Starter = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start() -> AsyncIterator[Starter]:
    """Start simulators, and let none outlive the test."""
    processes: list[Process] = []

    async def start_simulator(*arguments: str) -> Process:
        command = (sys.executable, "-m", "simulator", *arguments)
        processes.append(
            await asyncio.create_subprocess_exec(
                *command, cwd=_ROOT, stdout=PIPE, stderr=PIPE
            )
        )
        return processes[-1]

    yield start_simulator
    for process in processes:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _end(process: Process) -> tuple[int | None, str, str]:
    async with asyncio.timeout(20):
        output, errors = await process.communicate()
    return process.returncode, output.decode(), errors.decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_interrupted(
    socket_enabled: None, start: Starter, number: signal.Signals
) -> None:
    """It tells where it listens, answers there, and ends cleanly and at once."""
    process = await start("--port", "0", "--scenario", "moving")
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode().strip()
    head, _, url = line.rpartition(" ")
    assert head == "Simulated Nomos (moving) listens on"
    async with ClientSession() as session:
        async with session.get(f"{url}/health") as response:
            assert await response.text() == "OK"
        async with session.post(
            f"{url}/_simulator/faults", json={"delay": 3600}
        ) as response:
            assert response.status == 200
        hanging = asyncio.create_task(session.get(f"{url}/health"))
        seen = 1
        while seen < 2:
            async with session.get(f"{url}/_simulator/requests") as response:
                seen = len((await response.json())["requests"])
        process.send_signal(number)
        (await hanging).release()
    assert await _end(process) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("--port", "0", "--host", "0.0.0.0"), "0.0.0.0 is not a loopback address"),
        (("--port", "0", "--host", "example.com"), "not a loopback address"),
        (("--port", "0", "--scenario", "utopia"), "no scenario utopia"),
        (("--port", "many"), "--port"),
    ],
)
async def test_what_it_refuses(
    start: Starter, arguments: tuple[str, ...], complaint: str
) -> None:
    """It serves on loopback only, and only what exists."""
    process = await start(*arguments)
    status, output, errors = await _end(process)
    assert (status, output) == (2, "")
    assert complaint in errors


async def test_a_port_in_use(socket_enabled: None, start: Starter) -> None:
    """A port that is taken is told in one line."""
    server = await asyncio.start_server(lambda _, writer: None, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        process = await start("--port", str(port))
        status, _, errors = await _end(process)
    assert status == 2
    assert "address already in use" in errors
    assert "Traceback" not in errors
