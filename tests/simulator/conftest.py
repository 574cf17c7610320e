"""A simulated API for each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from simulator import load_scenario

from .client import CLIENT, ApiClient, Credentials
from .receiver import Receiver

type Opener = Callable[..., Awaitable[ApiClient]]


@pytest.fixture
async def open_api(socket_enabled: None) -> AsyncIterator[Opener]:
    """Open the API of a scenario and sign in; without a rate limit worth the name."""
    async with AsyncExitStack() as stack:

        async def open_scenario(name: str, client: Credentials = CLIENT) -> ApiClient:
            api = ApiClient(load_scenario(name))
            api.world.settings.rate_limit = 1000
            await stack.enter_async_context(api.http)
            await api.sign_in(client)
            return api

        yield open_scenario


@pytest.fixture
async def household(open_api: Opener) -> ApiClient:
    """Return a client of a household with one subscription and its fresh order."""
    return await open_api("household")


@pytest.fixture
async def moving(open_api: Opener) -> ApiClient:
    """Return a client with three subscriptions: supplied, ended and feeding in."""
    return await open_api("moving")


@pytest.fixture
async def organisation(open_api: Opener) -> ApiClient:
    """Return a client that sees 300 customers."""
    return await open_api("organisation")


@pytest.fixture
async def neighbours(open_api: Opener) -> ApiClient:
    """Return a client that lives next door to another customer."""
    return await open_api("neighbours")


@pytest.fixture
async def receiver(socket_enabled: None) -> AsyncIterator[Receiver]:
    """Run a receiver of webhooks."""
    async with Receiver.open() as receiver:
        yield receiver
