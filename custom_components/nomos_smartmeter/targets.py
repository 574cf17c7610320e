"""Which entities of contracts a trigger or a condition is about."""

from collections.abc import Iterable

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from .const import DOMAIN


@callback
def entities_of(hass: HomeAssistant, entities: Iterable[str], key: str) -> set[str]:
    """Return those of the entities that have a key, of whichever contract."""
    return {entity for entity in entities if entry_id_of(hass, entity, key)}


@callback
def entry_id_of(hass: HomeAssistant, entity_id: str, key: str) -> str | None:
    """Return the contract whose entity with a key this is, None where it is another."""
    entity = er.async_get(hass).async_get(entity_id)
    if entity is None or entity.platform != DOMAIN or not entity.config_entry_id:
        return None
    entry = hass.config_entries.async_get_known_entry(entity.config_entry_id)
    if entity.unique_id != f"{entry.unique_id}_{key}":
        return None
    return entry.entry_id
