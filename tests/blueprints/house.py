"""What the tests of the blueprints do with a house, and what they look at."""

from pathlib import Path
from typing import Any

from homeassistant.components import automation, input_boolean, input_number, template
from homeassistant.const import EVENT_CALL_SERVICE, STATE_UNAVAILABLE
from homeassistant.core import Event, HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import async_capture_events

FOLDER = Path(__file__).parents[2] / "blueprints"
BLUEPRINTS = sorted((FOLDER / "automation" / "nomos_smartmeter").glob("*.yaml"))
RUN = "binary_sensor.load_run"
DEVICE = "switch.device"
REACHABLE = "input_boolean.device_reachable"


def automation_from(blueprint: str, **inputs: Any) -> dict[str, Any]:
    """Return the configuration of an automation that is made from a blueprint."""
    return {
        "id": blueprint,
        "alias": blueprint,
        "use_blueprint": {
            "path": f"nomos_smartmeter/{blueprint}.yaml",
            "input": inputs,
        },
    }


async def use(hass: HomeAssistant, blueprint: str, **inputs: Any) -> None:
    """Make an automation from a blueprint, and see that it is accepted."""
    config = automation_from(blueprint, **inputs)
    assert await async_setup_component(
        hass, automation.DOMAIN, {automation.DOMAIN: config}
    )
    await hass.async_block_till_done()
    assert state(hass, f"automation.{blueprint}") == "on"


async def add_helpers(
    hass: HomeAssistant, *switches: str, **numbers: dict[str, Any]
) -> None:
    """Add switches that are off, and numbers."""
    for domain, config in (
        (input_boolean.DOMAIN, {name: {"initial": False} for name in switches}),
        (input_number.DOMAIN, numbers),
    ):
        assert await async_setup_component(hass, domain, {domain: config})
    await hass.async_block_till_done()


async def add_device(hass: HomeAssistant, *names: str) -> None:
    """Add switches that can be out of reach, as those by radio are at times.

    What a relay does while it cannot be reached is what it did before.
    """
    parts = [f"{name}_{part}" for name in names for part in ("relay", "reachable")]
    await add_helpers(hass, *parts)
    for name in names:
        await turn(hass, f"input_boolean.{name}_reachable", "on")
    devices = [
        {
            "name": name,
            "state": f"{{{{ states('input_boolean.{name}_relay') }}}}",
            "availability": f"{{{{ states('input_boolean.{name}_reachable') }}}}",
            **{
                action: {
                    "action": f"input_boolean.{action}",
                    "target": {"entity_id": f"input_boolean.{name}_relay"},
                }
                for action in ("turn_on", "turn_off")
            },
        }
        for name in names
    ]
    assert await async_setup_component(
        hass, template.DOMAIN, {template.DOMAIN: {"switch": devices}}
    )
    await hass.async_block_till_done()


async def turn(hass: HomeAssistant, entity_id: str, to: str) -> None:
    """Turn something on or off by hand."""
    await hass.services.async_call(
        "homeassistant", f"turn_{to}", {"entity_id": entity_id}, blocking=True
    )
    await hass.async_block_till_done()


async def plan(hass: HomeAssistant, to: str, **attributes: Any) -> None:
    """Let the plan of the load change."""
    hass.states.async_set(RUN, to, attributes)
    await hass.async_block_till_done()


async def lose_plan(hass: HomeAssistant) -> None:
    """Let the plan be unavailable, as it is while the integration starts."""
    await plan(hass, STATE_UNAVAILABLE)


def state(hass: HomeAssistant, entity_id: str) -> str:
    """Return a state."""
    found = hass.states.get(entity_id)
    assert found is not None
    return found.state


class Calls:
    """The actions that are performed from now on."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Begin to watch."""
        self._events: list[Event] = async_capture_events(hass, EVENT_CALL_SERVICE)

    def names(self, *domains: str) -> list[str]:
        """Return what was performed on entities of some domains, or on any."""
        return [
            f"{event.data['domain']}.{event.data['service']}"
            for event in self._events
            if not domains or event.data["domain"] in domains
        ]

    def clear(self) -> None:
        """Forget what was performed so far."""
        self._events.clear()
