"""The Nomos Smart Meter integration."""

from homeassistant.const import CONF_WEBHOOK_ID, Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .api import async_get_client_of, without_token
from .const import CONF_CLOUDHOOK, DOMAIN
from .coordinator import MeterOrderCoordinator, NomosConfigEntry, NomosData
from .entity import async_register_contract
from .issues import async_remove_issues, async_update_issues
from .load_coordinator import Loads
from .load_settings import CONF_KIND, SUBENTRY_LOAD
from .order_watch import OrderWatch, SeenStore
from .price_coordinator import PriceCoordinator
from .push import Push, PushStore, async_remove_cloudhook
from .services import async_setup_services
from .store import AnswerStore, LoadStore, PriceStore

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TIME,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up the actions."""
    async_setup_services(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Set up a contract and its loads."""
    client = await async_get_client_of(hass, entry)
    meter_order = MeterOrderCoordinator(hass, entry, client)
    prices = PriceCoordinator(hass, entry, meter_order)
    await prices.async_load()
    await meter_order.async_start(prices.data)
    await prices.async_start()
    set_up_with = _basis(entry)
    loads = Loads(hass, entry, prices)
    await loads.async_start()
    entry.async_on_unload(loads.async_close)
    device_id = async_register_contract(hass, meter_order)
    push = Push(hass, meter_order)
    await push.async_start()
    entry.async_on_unload(push.async_close)
    entry.runtime_data = NomosData(meter_order, prices, loads, push, device_id)

    async def _updated(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
        """Take changed settings of loads; all else needs a new set-up."""
        loads.async_take_changes()
        if _basis(entry) != set_up_with:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(entry.add_update_listener(_updated))
    await _updated(hass, entry)

    @callback
    def _answered() -> None:
        async_update_issues(hass, entry)

    entry.async_on_unload(meter_order.async_add_listener(_answered))
    _answered()
    order_watch = OrderWatch(hass, meter_order)
    await order_watch.async_load()
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    # What has changed is told last, when all who may hear of it are there.
    order_watch.async_start()
    return True


async def async_unload_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Unload a contract."""
    unloaded = await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
    if unloaded and entry.disabled_by:
        # Nobody looks any more whether it has been done.
        async_remove_issues(hass, entry)
    return unloaded


async def async_remove_entry(hass: HomeAssistant, entry: NomosConfigEntry) -> None:
    """Forget what was stored of a contract."""
    for store in (AnswerStore, PriceStore, LoadStore, SeenStore, PushStore):
        await store(hass, entry.entry_id).async_remove()
    await async_remove_cloudhook(hass, entry)
    async_remove_issues(hass, entry)


def _basis(entry: NomosConfigEntry) -> tuple[object, ...]:
    """Return what entities are made from, so that they must be made anew with it."""
    loads = {
        subentry.subentry_id: (subentry.title, subentry.data[CONF_KIND])
        for subentry in entry.get_subentries_of_type(SUBENTRY_LOAD)
    }
    # An address for push changes nothing until push is turned on.
    options = {
        key: value
        for key, value in entry.options.items()
        if key not in (CONF_CLOUDHOOK, CONF_WEBHOOK_ID)
    }
    return without_token(entry.data), options, loads
