"""The daily question to Nomos: subscription and meter order."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
import random
from typing import override
from zlib import crc32

from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from .api import async_get_client
from .const import ANSWER_STANDS, DOMAIN, LOGGER, POLL_INTERVAL
from .contract import Contract, async_fetch_contract
from .nomos import (
    REQUEST_TIMEOUT,
    NomosAuthenticationError,
    NomosConnectionError,
    NomosError,
    NomosNotFoundError,
    NomosPermissionError,
    NomosRateLimitError,
)
from .store import AnswerStore, LastAnswer

type NomosConfigEntry = ConfigEntry[MeterOrderCoordinator]

HOUR = timedelta(hours=1)

POLL_ERRORS: dict[type[NomosError], str] = {
    NomosConnectionError: "cannot_connect",
    NomosNotFoundError: "subscription_not_found",
    NomosPermissionError: "missing_scope",
    NomosRateLimitError: "rate_limited",
}
"""What a failed poll is told as; anything else is an answer not understood."""


class MeterOrderCoordinator(DataUpdateCoordinator[Contract]):
    """Polls a contract once a day and lets its last answer stand for three days.

    Attributes:
        last_success: When Nomos last answered (UTC), None before the first time.
    """

    config_entry: NomosConfigEntry

    def __init__(self, hass: HomeAssistant, entry: NomosConfigEntry) -> None:
        """Prepare to poll the subscription that the entry stands for."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=entry,
            name=f"meter order ({entry.entry_id})",
            always_update=False,
        )
        self.client = async_get_client(hass, entry.data)
        self.last_success: datetime | None = None
        self._store = AnswerStore(hass, entry.entry_id)
        self._unsub_expiry: Callable[[], None] | None = None
        self._revived = False
        self._unknown_words: set[str] = set()

    async def async_start(self) -> None:
        """Poll for the first time.

        Where the stored answer still stands it is enough to go on with, should Nomos
        not answer.

        Raises:
            ConfigEntryNotReady: There is neither a stored answer nor a new one.
            ConfigEntryAuthFailed: So it is, because the credentials are refused.
        """
        if answer := await self._store.async_load():
            self.data = answer.contract
            self._set_last_success(answer.at)
        if self.answer_stands:
            await self.async_refresh()
        else:
            await self.async_config_entry_first_refresh()

    @property
    def answer_stands(self) -> bool:
        """Tell whether the last answer is young enough to be believed."""
        return (
            self.last_success is not None
            and dt_util.utcnow() < self.last_success + ANSWER_STANDS
        )

    @override
    async def async_shutdown(self) -> None:
        """Stop polling."""
        await super().async_shutdown()
        self._stop_expiry()

    @override
    async def _async_update_data(self) -> Contract:
        """Ask Nomos, which must not take longer in all than one request may."""
        self.update_interval = HOUR * random.uniform(0.5, 0.9)
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT):
                contract = await self._async_fetch()
        except TimeoutError as err:
            raise _poll_error(NomosConnectionError("too slow")) from err
        except NomosError as err:
            if self._shutdown_requested:
                return self.data
            if err.retry_after is not None:
                # It lengthens the pause, and cannot shorten it to a storm of polls.
                asked = timedelta(seconds=min(err.retry_after, HOUR.total_seconds()))
                self.update_interval = max(self.update_interval, asked)
            raise _poll_error(err) from err
        if self._shutdown_requested:
            # Unloaded, and perhaps removed, meanwhile: nothing may be left behind.
            return contract
        self.update_interval = self._time_to_next_poll()
        now = dt_util.utcnow()
        self._set_last_success(now)
        await self._store.async_save(LastAnswer(contract=contract, at=now))
        self._warn_of_unknown_status(contract)
        self._end_reauthentication()
        return contract

    @override
    @callback
    def _async_refresh_finished(self) -> None:
        """Go on polling after a refusal, which may have been a fault of the API's.

        And tell the entities of an answer that is as the last one, but stands again.
        """
        if self._revived:
            self._revived = False
            self.async_update_listeners()
        if (
            isinstance(self.last_exception, ConfigEntryAuthFailed)
            and not self.last_update_success
            and self._listeners
            and not self.hass.is_stopping
        ):
            self._schedule_refresh()

    async def _async_fetch(self) -> Contract:
        subscription_id = self.config_entry.unique_id
        assert subscription_id is not None
        known = self.data if self.answer_stands else None
        return await async_fetch_contract(self.client, subscription_id, known)

    def _time_to_next_poll(self) -> timedelta:
        """Return the time to the next poll, at the entry's own time of day (UTC)."""
        now = dt_util.utcnow()
        day = POLL_INTERVAL.total_seconds()
        time_of_day = crc32(self.config_entry.entry_id.encode()) % day
        wait = timedelta(seconds=(time_of_day - now.timestamp()) % day)
        return wait if wait > HOUR else wait + POLL_INTERVAL

    @callback
    def _set_last_success(self, at: datetime) -> None:
        """Remember it, and let the entities know when it has become too old."""

        @callback
        def _expired(_now: datetime) -> None:
            self._unsub_expiry = None
            self.async_update_listeners()

        self._revived = not self.answer_stands
        self.last_success = at
        self._stop_expiry()
        self._unsub_expiry = async_track_point_in_utc_time(
            self.hass, _expired, at + ANSWER_STANDS
        )

    @callback
    def _stop_expiry(self) -> None:
        if self._unsub_expiry:
            self._unsub_expiry()
            self._unsub_expiry = None

    @callback
    def _warn_of_unknown_status(self, contract: Contract) -> None:
        state = contract.order_state
        if state is None or state.status or state.api_status in self._unknown_words:
            return
        self._unknown_words.add(state.api_status)
        LOGGER.warning(
            "Nomos reports a meter order status that is not known here: %r",
            state.api_status,
        )

    @callback
    def _end_reauthentication(self) -> None:
        """Take back the request for new credentials: the ones we have are good."""
        for flow in self.config_entry.async_get_active_flows(
            self.hass, {SOURCE_REAUTH}
        ):
            self.hass.config_entries.flow.async_abort(flow["flow_id"])


def _poll_error(err: NomosError) -> HomeAssistantError:
    """Return what a failed poll is told as."""
    placeholders = {"error": str(err)}
    if isinstance(err, NomosAuthenticationError):
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="authentication_failed",
            translation_placeholders=placeholders,
        )
    return UpdateFailed(
        translation_domain=DOMAIN,
        translation_key=POLL_ERRORS.get(type(err), "invalid_response"),
        translation_placeholders=placeholders,
    )
