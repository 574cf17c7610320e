"""A Nomos API that runs on loopback, for tests, the demo and the benchmarks."""

from .app import create_app
from .faults import Fault
from .journal import Exchange
from .scenario import ScenarioError, load_scenario
from .versions import CURIE, EDISON
from .world import World

__all__ = [
    "CURIE",
    "EDISON",
    "Exchange",
    "Fault",
    "ScenarioError",
    "World",
    "create_app",
    "load_scenario",
]
