"""Tests of what every blueprint has to have, so that it can be imported and read."""

from pathlib import Path
import re
from typing import Any

from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import selector, validate_selector
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml
import pytest
import voluptuous as vol

from .house import BLUEPRINTS, FOLDER

ADDRESS = "https://github.com/nomos-smartmeter/ha-nomos-smartmeter/blob/main/"
NAMES = {
    "appliance",
    "cheapest_hours_notification",
    "heat_pump",
    "hot_water",
    "wallbox",
}
OLD_WORDS = re.compile(
    r"^(trigger|condition|action):|\b(platform|service|data_template|service_template):",
    re.MULTILINE,
)


@pytest.fixture(params=BLUEPRINTS, ids=lambda path: path.stem)
def path(request: pytest.FixtureRequest) -> Path:
    """Name the file of a blueprint."""
    path: Path = request.param
    return path


@pytest.fixture
def blueprint(path: Path) -> Blueprint:
    """Read a blueprint as Home Assistant does."""
    return Blueprint(
        yaml.load_yaml_dict(path),
        expected_domain="automation",
        path=path.name,
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


async def test_found(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Home Assistant finds all of them, and nothing else."""
    monkeypatch.setattr(hass.config, "config_dir", str(FOLDER.parent))
    assert await async_setup_component(hass, "automation", {})
    found = await async_get_blueprints(hass).async_get_blueprints()
    assert set(found) == {f"nomos_smartmeter/{name}.yaml" for name in NAMES}
    assert all(isinstance(blueprint, Blueprint) for blueprint in found.values())


def test_metadata(blueprint: Blueprint, path: Path) -> None:
    """It says what it is, who made it, and where it can be imported from."""
    place = path.relative_to(FOLDER.parent).as_posix()
    assert blueprint.metadata["source_url"] == ADDRESS + place
    assert blueprint.metadata["author"] == "Nomos Smart Meter"
    assert blueprint.metadata["homeassistant"] == {"min_version": "2026.10.0"}
    assert blueprint.name.startswith("Nomos: ")
    assert len(blueprint.metadata["description"]) > 80
    assert blueprint.validate() is None


def test_inputs(blueprint: Blueprint) -> None:
    """Every input has a name, a description, and a selector that takes its default."""
    for key, item in blueprint.inputs.items():
        assert item["name"], key
        assert len(item["description"]) > 20, key
        assert validate_selector(item["selector"]), key
        if item.get("default", []) not in ([], ""):
            taken = vol.Schema({key: selector(item["selector"])})
            assert taken({key: item["default"]}) == {key: item["default"]}


def test_sections(blueprint: Blueprint) -> None:
    """What need not be filled in stands in sections, each of which is explained."""
    for item in blueprint.metadata["input"].values():
        if "input" in item:
            assert item["name"]
            assert item["icon"].startswith("mdi:")
            assert len(item["description"]) > 20
            assert all("default" in part for part in item["input"].values())


def test_plan(blueprint: Blueprint) -> None:
    """What follows a plan takes only the plan of a load of this integration."""
    plan = blueprint.inputs.get("run")
    assert plan is not None or blueprint.name == "Nomos: tell tomorrow's cheapest hours"
    if plan is not None:
        (wanted,) = plan["selector"]["entity"]["filter"]
        assert wanted == {
            "integration": "nomos_smartmeter",
            "domain": ["binary_sensor"],
            "device_class": ["running"],
        }


def test_every_input_is_used(blueprint: Blueprint) -> None:
    """What the owner fills in counts."""
    assert yaml.extract_inputs(blueprint.data) == set(blueprint.inputs)


def test_kept_by_an_import(blueprint: Blueprint) -> None:
    """What Home Assistant writes down at an import is what was read."""
    written = yaml.parse_yaml(blueprint.yaml())
    assert _plain(written) == _plain(blueprint.data)


def test_modern(path: Path) -> None:
    """Nothing is written in words that Home Assistant has given up."""
    text = path.read_text(encoding="utf-8")
    assert not OLD_WORDS.search(text)
    assert "\t" not in text
    assert all(len(line) <= 120 or ADDRESS in line for line in text.splitlines())


def _plain(data: Any) -> Any:
    """Return data whose inputs can be compared."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return f"!input {data.name}" if isinstance(data, yaml.Input) else data
