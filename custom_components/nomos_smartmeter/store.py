"""The last known answer, kept over restarts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store

from .const import DOMAIN, LOGGER
from .contract import Contract
from .nomos import Model, NomosResponseError

_VERSION = 1


@dataclass(frozen=True, kw_only=True)
class LastAnswer(Model):
    """What Nomos answered, and when (UTC)."""

    contract: Contract
    at: datetime


class AnswerStore:
    """The place of one config entry's last answer."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Keep it out of other users' sight, since it holds the address."""
        self._store: Store[dict[str, Any]] = Store(
            hass, _VERSION, f"{DOMAIN}.{entry_id}", private=True, atomic_writes=True
        )

    async def async_load(self) -> LastAnswer | None:
        """Return what was kept, None where there is nothing or nothing readable."""
        try:
            if (stored := await self._store.async_load()) is None:
                return None
            return LastAnswer.read(stored)
        except (HomeAssistantError, LookupError, TypeError, NomosResponseError) as err:
            # A damaged file is as good as none: Nomos is asked anew.
            LOGGER.warning("The stored answer is not readable (%r)", err)
            return None

    async def async_save(self, answer: LastAnswer) -> None:
        """Keep an answer instead of the one before."""
        await self._store.async_save(answer.to_dict())

    async def async_remove(self) -> None:
        """Forget it."""
        await self._store.async_remove()
