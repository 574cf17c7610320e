"""What everything that changes something at Nomos has in common."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util.hass_dict import HassKey

from .action_input import problem
from .api import is_signed_in
from .const import DOMAIN, SUPPORT
from .coordinator import MeterOrderCoordinator, NomosConfigEntry
from .errors import translation_of
from .issues import async_clear_missing_scope, async_report_missing_scope
from .nomos import (
    NomosAuthenticationError,
    NomosConnectionError,
    NomosError,
    NomosPermissionError,
    NomosRateLimitError,
)
from .tariff.local_time import HOUR

_LOCKS: HassKey[WeakValueDictionary[str, asyncio.Lock]] = HassKey(f"{DOMAIN}_writing")

_NOT_LOOKED_AT = (NomosAuthenticationError, NomosConnectionError, NomosRateLimitError)
"""What has nothing to do with the change itself."""


@asynccontextmanager
async def writing(
    hass: HomeAssistant, entry: NomosConfigEntry
) -> AsyncGenerator[MeterOrderCoordinator]:
    """Let one change of a contract end before the next begins, also over a reload.

    Raises:
        ServiceValidationError: The contract is not set up (any more).
    """
    locks = hass.data.setdefault(_LOCKS, WeakValueDictionary())
    lock = locks.setdefault(entry.entry_id, asyncio.Lock())
    async with lock:
        if entry.state is not ConfigEntryState.LOADED:
            raise problem("not_loaded")
        try:
            yield entry.runtime_data.meter_order
        except asyncio.CancelledError:
            # Nobody waits any more for what may have been sent.
            _look_again(entry)
            raise


async def async_check_may_write(
    hass: HomeAssistant, entry: NomosConfigEntry, coordinator: MeterOrderCoordinator
) -> None:
    """See to it that credentials allow more than reading, before anything is sent.

    Raises:
        ServiceValidationError: They do not.
        HomeAssistantError: It cannot be found out.
    """
    if is_signed_in(entry):
        raise problem("signed_in_reads_only")
    try:
        may_write = await coordinator.client.may_write()
    except NomosError as err:
        raise reading_failed(hass, entry, err) from err
    if not may_write:
        async_report_missing_scope(hass, entry)
        raise problem("may_not_write", request_id="–", support=SUPPORT)


async def async_take(
    hass: HomeAssistant, entry: NomosConfigEntry, **changes: Any
) -> None:
    """Keep what Nomos has answered to a change.

    Args:
        hass: Home Assistant.
        entry: The contract, which may have been set up anew meanwhile.
        changes: Fields of what is known of it.
    """
    # It may be just being set up anew.
    async with entry.setup_lock:
        is_loaded = entry.state is ConfigEntryState.LOADED
    if is_loaded:
        coordinator = entry.runtime_data.meter_order
        await coordinator.async_take(replace(coordinator.data, **changes))


@callback
def reading_failed(
    hass: HomeAssistant, entry: NomosConfigEntry, err: NomosError
) -> HomeAssistantError:
    """Return what it is told as that something cannot be read."""
    if isinstance(err, NomosAuthenticationError) and _is_there(hass, entry):
        entry.async_start_reauth(hass)
    return HomeAssistantError(**translation_of(err))


@callback
def refused(
    hass: HomeAssistant, entry: NomosConfigEntry, err: NomosError, key: str, **more: str
) -> HomeAssistantError:
    """Return what a refused change is told as.

    Args:
        hass: Home Assistant.
        entry: The contract.
        err: The refusal.
        key: Of the text, unless it is that the credentials may only read.
        more: What the text takes beside the facts of the refusal.
    """
    if isinstance(err, NomosPermissionError):
        if _is_there(hass, entry):
            async_report_missing_scope(hass, entry)
        return _told(err, "may_not_write", more)
    if isinstance(err, _NOT_LOOKED_AT) or err.status is None:
        return reading_failed(hass, entry, err)
    # Nomos has looked at the change, and so at the permission.
    async_clear_missing_scope(hass, entry)
    return _told(err, key, more)


@callback
def outcome_unknown(
    entry: NomosConfigEntry, err: NomosError, key: str, **more: str
) -> HomeAssistantError:
    """Return what it is told as that the answer to a change is lost, and look again."""
    _look_again(entry)
    return _told(err, key, more)


@callback
def _look_again(entry: NomosConfigEntry) -> None:
    """Ask within the hour what has become of something whose answer is lost."""
    if entry.state is ConfigEntryState.LOADED:
        entry.runtime_data.meter_order.async_poll_after(HOUR / 2)


@callback
def _is_there(hass: HomeAssistant, entry: NomosConfigEntry) -> bool:
    """Tell whether a contract was not removed while Nomos was asked."""
    return hass.config_entries.async_get_entry(entry.entry_id) is not None


def _told(err: NomosError, key: str, more: dict[str, str]) -> HomeAssistantError:
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            "message": err.message or "–",
            "request_id": err.request_id or "–",
            "status": str(err.status or "–"),
            "support": SUPPORT,
            **more,
        },
    )
