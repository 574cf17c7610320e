"""What has changed about the meter order: told once, also when Home Assistant was off."""

from dataclasses import dataclass
from typing import Any, override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.start import async_at_started
from homeassistant.util.signal_type import SignalType

from .const import DOMAIN
from .contract import Contract
from .coordinator import MeterOrderCoordinator
from .store import EntryStore
from .tariff.meter_order import NEEDS_ATTENTION, OrderStatus


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What is seen of a contract at a moment.

    Attributes:
        status: None while there is no order yet.
        dynamic_pricing: Whether it is active.
    """

    status: OrderStatus | None
    dynamic_pricing: bool


@dataclass(frozen=True, kw_only=True)
class Change:
    """How what is seen of a contract differs from what was seen before.

    Attributes:
        entry_id: Of the contract.
        before: What was seen last, and told.
        now: What is seen now.
    """

    entry_id: str
    before: Seen
    now: Seen

    @property
    def new_status(self) -> OrderStatus | None:
        """Return what the order has come to, None where that is what it was."""
        return None if self.now.status is self.before.status else self.now.status

    @property
    def needs_attention(self) -> bool:
        """Tell whether the order has come to where a person must act."""
        return self.new_status in NEEDS_ATTENTION

    @property
    def pricing_became_active(self) -> bool:
        """Tell whether the quarter-hour prices are paid from now on."""
        return self.now.dynamic_pricing and not self.before.dynamic_pricing


SIGNAL_CHANGE: SignalType[Change] = SignalType(f"{DOMAIN}_change")
"""Sent with each change of any contract."""


class SeenStore(EntryStore[Seen]):
    """The place of what was last seen of one config entry's contract."""

    def __init__(self, hass: HomeAssistant, entry_id: str) -> None:
        """Open the place of a config entry."""
        super().__init__(hass, f"{entry_id}.seen")

    @override
    def _read(self, stored: Any) -> Seen:
        status = stored["status"]
        return Seen(
            status=None if status is None else OrderStatus(status),
            dynamic_pricing=stored["dynamic_pricing"] is True,
        )

    @override
    def _write(self, kept: Seen) -> dict[str, Any]:
        return {"status": kept.status, "dynamic_pricing": kept.dynamic_pricing}


class OrderWatch:
    """Compares each answer with what was seen before, and tells the difference.

    What is seen first is no change. Of several steps that were missed, the newest is
    told. It is kept before it is told to others, but written to disk at the same
    moment: should Home Assistant die right then, it may be told twice.
    """

    def __init__(self, hass: HomeAssistant, meter_order: MeterOrderCoordinator) -> None:
        """Prepare to watch the order of a contract."""
        self._hass = hass
        self._meter_order = meter_order
        self._entry = meter_order.config_entry
        self._store = SeenStore(hass, self._entry.entry_id)
        self._seen: Seen | None = None

    async def async_load(self) -> None:
        """Read what was seen last."""
        self._seen = await self._store.async_load()

    @callback
    def async_start(self) -> None:
        """Watch, and tell once Home Assistant has started and automations listen."""

        @callback
        def _started(_hass: HomeAssistant) -> None:
            self._entry.async_on_unload(
                self._meter_order.async_add_listener(self._look)
            )
            self._look()

        self._entry.async_on_unload(async_at_started(self._hass, _started))

    @callback
    def _look(self) -> None:
        """See what there is, and tell what has changed."""
        before, now = self._seen, self._now(self._meter_order.data)
        if now == before:
            return
        self._seen = now
        self._entry.async_create_task(
            self._hass, self._store.async_save(now), "save what was seen"
        )
        if before is not None:
            change = Change(entry_id=self._entry.entry_id, before=before, now=now)
            async_dispatcher_send(self._hass, SIGNAL_CHANGE, change)

    def _now(self, contract: Contract) -> Seen:
        state = contract.order_state
        if state and state.status is None and self._seen:
            # A word that nobody knows yet is no change.
            return self._seen
        status = state.status if state else None
        if status is None and self._seen:
            # Nor does an order vanish.
            status = self._seen.status
        return Seen(status=status, dynamic_pricing=contract.dynamic_pricing.active)
