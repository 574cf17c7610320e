"""Tests of turning push on: an address for Nomos, and a secret that is never shown."""

from collections.abc import Generator
from typing import Any
from unittest.mock import AsyncMock, patch

from hass_nabucasa.exceptions import CloudError
from homeassistant.components import cloud
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.simulated import SimulatedNomos

ON = {"preview_prices": False, "webhook_enabled": True}
OFF = {"preview_prices": False, "webhook_enabled": False}
HOOK = "https://hooks.nabu.casa/abc"


async def fill_in(
    hass: HomeAssistant, entry: MockConfigEntry, values: dict[str, Any]
) -> Any:
    """Open the dialog and fill in its first page."""
    flow = await hass.config_entries.options.async_init(entry.entry_id)
    return await hass.config_entries.options.async_configure(flow["flow_id"], values)


async def submit(hass: HomeAssistant, page: Any, **values: Any) -> Any:
    """Fill in the page with the secret."""
    result = await hass.config_entries.options.async_configure(page["flow_id"], values)
    await hass.async_block_till_done()
    return result


async def test_turn_on(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """The address stands where the secret is asked; the secret is never shown."""
    await hass.config.async_update(external_url="https://home.example.com")
    page = await fill_in(hass, loaded, ON)
    assert page["step_id"] == "webhook"
    url = page["description_placeholders"]["url"]
    assert url.startswith("https://home.example.com/api/webhook/")
    page = await submit(hass, page)
    assert page["errors"] == {"webhook_secret": "secret_missing"}
    result = await submit(hass, page, webhook_secret=" whsec_1 ")
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options["webhook_secret"] == "whsec_1"
    assert url.endswith(loaded.options["webhook_id"])

    page = await fill_in(hass, loaded, ON)
    assert page["description_placeholders"]["url"] == url
    (field,) = page["data_schema"].schema
    assert field.description is None
    await submit(hass, page)
    assert loaded.options["webhook_secret"] == "whsec_1"
    await submit(hass, await fill_in(hass, loaded, ON), webhook_secret="whsec_2")
    assert loaded.options["webhook_secret"] == "whsec_2"

    await fill_in(hass, loaded, OFF)
    assert loaded.options == OFF


async def test_no_address(hass: HomeAssistant, loaded: MockConfigEntry) -> None:
    """Without an address for the outside nothing is turned on."""
    page = await fill_in(hass, loaded, ON)
    assert page["errors"] == {"webhook_enabled": "no_external_url"}
    assert not loaded.options


@pytest.fixture
def in_cloud() -> Generator[dict[str, AsyncMock]]:
    """Be in Home Assistant Cloud, which no test can reach."""
    made = AsyncMock(return_value=HOOK)
    deleted = AsyncMock()
    with (
        patch.object(cloud, "async_active_subscription", return_value=True),
        patch.object(cloud, "async_get_or_create_cloudhook", made),
        patch.object(cloud, "async_delete_cloudhook", deleted),
    ):
        yield {"made": made, "deleted": deleted}


async def test_in_cloud(
    hass: HomeAssistant, loaded: MockConfigEntry, in_cloud: dict[str, AsyncMock]
) -> None:
    """In the cloud the address is one of its own, and is given back."""
    page = await fill_in(hass, loaded, ON)
    assert page["description_placeholders"]["url"] == HOOK
    await submit(hass, page, webhook_secret="whsec_1")
    webhook_id = loaded.options["webhook_id"]
    in_cloud["made"].assert_awaited_once_with(hass, webhook_id)
    await fill_in(hass, loaded, OFF)
    in_cloud["deleted"].assert_awaited_once_with(hass, webhook_id)


@pytest.mark.parametrize("err", [None, cloud.CloudNotAvailable(), ValueError()])
async def test_removed_from_the_cloud(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    in_cloud: dict[str, AsyncMock],
    nomos: SimulatedNomos,
    err: Exception | None,
) -> None:
    """The address goes with the contract, if it is not gone already."""
    in_cloud["deleted"].side_effect = err
    page = await fill_in(hass, loaded, ON)
    await submit(hass, page, webhook_secret="whsec_1")
    await hass.config_entries.async_remove(loaded.entry_id)
    in_cloud["deleted"].assert_awaited_once()


@pytest.mark.parametrize(
    "err",
    [
        cloud.CloudNotConnected(),
        cloud.CloudNotAvailable(),
        TimeoutError(),
        ValueError("Cloud is not connected"),
        CloudError("refused"),
    ],
    ids=repr,
)
async def test_cloud_does_not_answer(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    in_cloud: dict[str, AsyncMock],
    err: Exception,
) -> None:
    """Without an address nothing is turned on, and the dialog says why."""
    in_cloud["made"].side_effect = err
    page = await fill_in(hass, loaded, ON)
    assert page["errors"] == {"webhook_enabled": "cloud_not_connected"}
    assert "webhook_enabled" not in loaded.options
    in_cloud["made"].side_effect = None
    page = await submit(hass, page, **ON)
    assert page["description_placeholders"]["url"] == HOOK


async def test_closed_to_fetch_the_secret(
    hass: HomeAssistant,
    loaded: MockConfigEntry,
    in_cloud: dict[str, AsyncMock],
    nomos: SimulatedNomos,
) -> None:
    """A dialog that is opened again shows the same address, and none is left over."""
    nomos.exchanges.clear()
    for _ in range(3):
        page = await fill_in(hass, loaded, ON)
        hass.config_entries.options.async_abort(page["flow_id"])
        await hass.async_block_till_done(wait_background_tasks=True)
    (webhook_id,) = {call.args[1] for call in in_cloud["made"].await_args_list}
    assert loaded.options == {"webhook_id": webhook_id, "cloudhook": True}
    assert not nomos.exchanges
    await hass.config_entries.async_remove(loaded.entry_id)
    in_cloud["deleted"].assert_awaited_once_with(hass, webhook_id)


async def test_shown_and_not_wanted(
    hass: HomeAssistant, loaded: MockConfigEntry, in_cloud: dict[str, AsyncMock]
) -> None:
    """An address that was only shown is given back by leaving push off."""
    await fill_in(hass, loaded, ON)
    webhook_id = loaded.options["webhook_id"]
    await fill_in(hass, loaded, OFF)
    in_cloud["deleted"].assert_awaited_once_with(hass, webhook_id)
    assert loaded.options == OFF


async def test_same_address_of_ones_own(
    hass: HomeAssistant, loaded: MockConfigEntry
) -> None:
    """An address that is not in the cloud stays the same, too."""
    await hass.config.async_update(external_url="https://home.example.com")
    pages = [await fill_in(hass, loaded, ON) for _ in range(2)]
    assert len({page["description_placeholders"]["url"] for page in pages}) == 1
    assert loaded.options["cloudhook"] is False


async def test_cloud_was_left(
    hass: HomeAssistant, loaded: MockConfigEntry, in_cloud: dict[str, AsyncMock]
) -> None:
    """An address in the cloud is given back, also after one of one's own was shown."""
    await submit(hass, await fill_in(hass, loaded, ON), webhook_secret="whsec_1")
    webhook_id = loaded.options["webhook_id"]
    await hass.config.async_update(external_url="https://home.example.com")
    with patch.object(cloud, "async_active_subscription", return_value=False):
        page = await fill_in(hass, loaded, ON)
        assert page["description_placeholders"]["url"].endswith(webhook_id)
        await submit(hass, page)
    await fill_in(hass, loaded, OFF)
    in_cloud["deleted"].assert_awaited_once_with(hass, webhook_id)


async def test_other_options_while_the_cloud_is_silent(
    hass: HomeAssistant, loaded: MockConfigEntry, in_cloud: dict[str, AsyncMock]
) -> None:
    """Where push is on, all else can be changed without seeing the address."""
    await submit(hass, await fill_in(hass, loaded, ON), webhook_secret="whsec_1")
    before = dict(loaded.options)
    in_cloud["made"].side_effect = cloud.CloudNotConnected()
    page = await fill_in(hass, loaded, ON)
    assert page["errors"] == {"webhook_enabled": "cloud_not_connected"}
    result = await submit(hass, page, **ON | {"preview_prices": True})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert loaded.options == before | {"preview_prices": True}


async def test_not_on_yet_while_the_cloud_is_silent(
    hass: HomeAssistant, loaded: MockConfigEntry, in_cloud: dict[str, AsyncMock]
) -> None:
    """Push is not on without a secret, whatever else is chosen."""
    hass.config_entries.async_update_entry(loaded, options={"webhook_enabled": True})
    in_cloud["made"].side_effect = cloud.CloudNotConnected()
    page = await fill_in(hass, loaded, ON | {"preview_prices": True})
    assert page["errors"] == {"webhook_enabled": "cloud_not_connected"}
