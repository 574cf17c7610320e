"""A Home Assistant in this process, with a contract at a simulated Nomos."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from unittest.mock import patch

from aiohttp.resolver import ThreadedResolver
from aiohttp.test_utils import TestServer
from homeassistant import loader
from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.nomos_smartmeter.const import DOMAIN
from simulator import World, create_app, load_scenario


@dataclass(frozen=True)
class Home:
    """A home and its contract."""

    hass: HomeAssistant
    world: World
    account: Mapping[str, str]

    async def add_contract(self) -> str:
        """Add the contract, set it up and return its entry's id."""
        entry = MockConfigEntry(
            domain=DOMAIN,
            title="Torstraße 119",
            unique_id=next(iter(self.world.subscriptions)),
            data=self.account,
        )
        entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        return str(entry.entry_id)


@asynccontextmanager
async def running_home() -> AsyncGenerator[Home]:
    """Run a home without any contract yet."""
    world = load_scenario("household")
    world.settings.rate_limit = 1_000_000
    server = TestServer(create_app(world), host="127.0.0.1")
    await server.start_server(access_log=None)
    account = {
        "client_id": "demo-client",
        "client_secret": "demo-secret",
        "base_url": str(server.make_url("")).rstrip("/"),
    }
    # Names are resolved without a search of the local network, which a home would have.
    resolver = patch(
        "homeassistant.helpers.aiohttp_client._async_make_resolver",
        lambda _: ThreadedResolver(),
    )
    with resolver:
        async with async_test_home_assistant() as hass:
            hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
            yield Home(hass, world, account)
            await hass.async_stop(force=True)
    await server.close()
