"""Run the simulator: `python -m simulator --port 8088`."""

from argparse import ArgumentParser, ArgumentTypeError, Namespace
import asyncio
from ipaddress import ip_address
import signal

from aiohttp import web
from yarl import URL

from .app import create_app
from .scenario import ScenarioError, load_scenario
from .world import World

_SHUTDOWN_SECONDS = 1


def main() -> None:
    """Read the command line and serve until interrupted."""
    parser = ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--host", type=_loopback_host, default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8088, help="0 draws a free port")
    parser.add_argument(
        "--scenario", default="household", help="a shipped scenario, or a YAML file"
    )
    arguments = parser.parse_args()
    try:
        world = load_scenario(arguments.scenario)
    except ScenarioError as err:
        parser.error(str(err))
    try:
        asyncio.run(_serve(world, arguments))
    except OSError as err:
        parser.error(str(err))


def _loopback_host(host: str) -> str:
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ArgumentTypeError(f"{host} is not a loopback address")
    return host


async def _serve(world: World, arguments: Namespace) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = web.AppRunner(
        create_app(world), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS
    )
    await runner.setup()
    await web.TCPSite(runner, arguments.host, arguments.port).start()
    port = runner.addresses[0][1]
    url = URL.build(scheme="http", host=arguments.host, port=port)
    print(f"Simulated Nomos ({arguments.scenario}) listens on {url}", flush=True)
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    main()
