"""Tests of the health check."""

import aiohttp
import pytest

from custom_components.nomos_smartmeter.nomos import (
    NomosResponseError,
    Transport,
    check_health,
)
from tests.simulated import SimulatedNomos


async def test_health(session: aiohttp.ClientSession, nomos: SimulatedNomos) -> None:
    """The health check needs no token."""
    await check_health(Transport(session, nomos.url))
    assert nomos.lines() == ["GET /health"]


async def test_health_of_something_else(
    session: aiohttp.ClientSession, nomos: SimulatedNomos
) -> None:
    """Whatever else answers there is not Nomos."""
    nomos.fail("/health", status=200, body="<html>Welcome</html>")
    with pytest.raises(NomosResponseError):
        await check_health(Transport(session, nomos.url))
