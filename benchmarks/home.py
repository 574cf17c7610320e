"""A Home Assistant in this process, a simulated Nomos, and a simulated Nord Pool."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from unittest.mock import patch

from aiohttp.resolver import ThreadedResolver
from aiohttp.test_utils import TestServer
from homeassistant import loader
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.nomos_smartmeter.const import DOMAIN
from simulator import World, create_app, load_scenario

from . import nord_pool
from .desk import Desk

# With it the daily poll is at night and the looks are in the middle of their spread, so
# that poll and looks cannot share a token, as they do in one home of eight.
ENTRY_ID = "01JXEXAMPLE0000000000HO169"


@dataclass(frozen=True)
class Home:
    """A home, and whom it can ask.

    Attributes:
        hass: Its Home Assistant.
        world: The contracts, the market and whatever else there is.
        account: The data of a config entry for Nomos.
        nomos: Where Nomos is asked.
        nord_pool: Where Nord Pool is asked.
    """

    hass: HomeAssistant
    world: World
    account: Mapping[str, str]
    nomos: Desk
    nord_pool: Desk

    @property
    def requests(self) -> int:
        """Return how many requests there were, tokens included."""
        return self.nomos.requests + self.nord_pool.requests

    @property
    def seconds_of_servers(self) -> float:
        """Return the CPU time that the answers took."""
        return self.nomos.seconds + self.nord_pool.seconds

    @property
    def contract_id(self) -> str:
        """Return the id of the scenario's first contract."""
        return next(iter(self.world.subscriptions))

    async def set_up(self, entry: MockConfigEntry) -> None:
        """Set up a config entry."""
        entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()


type Subject = Callable[[Home], Awaitable[None]]
"""Brings into a home what is measured there."""


async def nothing(_home: Home) -> None:
    """Leave the home as it is."""


async def contract(home: Home) -> None:
    """Add the contract at Nomos."""
    await home.set_up(
        MockConfigEntry(
            domain=DOMAIN,
            title="Hafenstraße 22b",
            unique_id=home.contract_id,
            data=home.account,
            entry_id=ENTRY_ID,
        )
    )


async def contract_with_forecast(home: Home) -> None:
    """Add the contract at Nomos, with the sensor that is off by default."""
    unique_id = f"{home.contract_id}_price_forecast"
    er.async_get(home.hass).async_get_or_create("sensor", DOMAIN, unique_id)
    await contract(home)


async def peer(home: Home) -> None:
    """Add Home Assistant's own integration of Nord Pool."""
    await home.set_up(
        MockConfigEntry(
            domain="nordpool",
            title="Nord Pool",
            data={"areas": [nord_pool.AREA], "currency": "EUR"},
            entry_id=ENTRY_ID,
        )
    )


class _Resolver(ThreadedResolver):
    """Resolves names without a search of the local network, which a home would have."""

    async def real_close(self) -> None:
        """Close, as Home Assistant asks its resolver to in the end."""
        await self.close()


@asynccontextmanager
async def running_home(scenario: str) -> AsyncGenerator[Home]:
    """Run a home without anything in it yet."""
    world = load_scenario(scenario)
    world.settings.rate_limit = 1_000_000
    apps = create_app(world), nord_pool.create_app(world)
    desks = [Desk(app) for app in apps]
    nomos, portal = (TestServer(app, host="127.0.0.1") for app in apps)
    await nomos.start_server(access_log=None)
    await portal.start_server(access_log=None)
    account = {
        "client_id": "demo-client",
        "client_secret": "demo-secret",
        "base_url": str(nomos.make_url("")).rstrip("/"),
    }
    resolver = patch(
        "homeassistant.helpers.aiohttp_client._async_make_resolver",
        lambda _: _Resolver(),
    )
    address = patch("pynordpool.API", str(portal.make_url(nord_pool.PATH)))
    with resolver, address, TemporaryDirectory() as folder:
        async with async_test_home_assistant(config_dir=folder) as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            await hass.config.async_set_time_zone("Europe/Berlin")
            yield Home(hass, world, account, *desks)
            await hass.async_stop(force=True)
    await nomos.close()
    await portal.close()
