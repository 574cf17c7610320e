"""Fixtures for all tests."""

from collections.abc import AsyncGenerator

import pytest

# Home Assistant puts a folder of its own with this name on the path, so ours is first.
import custom_components.nomos_smartmeter.nomos.transport as nomos_transport

from .simulated import SimulatedNomos
from .specification import Specification


@pytest.fixture
def scenario() -> str:
    """Name the simulator's scenario; tests override it by parametrization."""
    return "household"


@pytest.fixture
def specification() -> Specification:
    """Return the published specification; without it there is nothing to hold to."""
    return Specification.load()


@pytest.fixture
async def nomos(
    socket_enabled: None,
    scenario: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncGenerator[SimulatedNomos]:
    """Run a simulated Nomos, and hold every exchange to the specification, if there."""
    specification = Specification.find()
    monkeypatch.setattr(nomos_transport, "BACKOFF", 0)
    simulated = SimulatedNomos(scenario)
    await simulated.start()
    yield simulated
    simulated.heal()
    await simulated.stop()
    if specification:
        for exchange in simulated.exchanges:
            specification.check(exchange)
