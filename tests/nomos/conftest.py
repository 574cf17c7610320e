"""Fixtures for tests of the API client."""

from collections.abc import AsyncGenerator

import aiohttp
import pytest

from custom_components.nomos_smartmeter.nomos import ClientCredentials, NomosClient
from tests.simulated import CLIENT_ID, CLIENT_SECRET, SimulatedNomos


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    """Return a session for HTTP."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(session: aiohttp.ClientSession, nomos: SimulatedNomos) -> NomosClient:
    """Return a client for the simulated Nomos."""
    return NomosClient(session, ClientCredentials(CLIENT_ID, CLIENT_SECRET), nomos.url)
