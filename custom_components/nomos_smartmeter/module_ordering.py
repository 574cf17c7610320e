"""What changes the contract: the order of a module of section 14a EnWG."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .action_input import problem
from .contract import ENDED, SMART, Contract, async_fetch_reductions
from .coordinator import MeterOrderCoordinator, NomosConfigEntry
from .grid_fee import modules_of, statuses_of
from .issues import async_clear_missing_scope
from .nomos import GridFeeReduction, NomosConflictError, NomosError
from .tariff.grid_fee import Obstacle, obstacle
from .writing import (
    async_check_may_write,
    async_take,
    outcome_unknown,
    reading_failed,
    refused,
    writing,
)

_REFUSALS = {
    "duplicate_grid_reduction": "module_conflict",
    "missing_module_1": Obstacle.NEEDS_MODULE_1,
    "missing_smart_meter": Obstacle.NEEDS_SMART_METER,
}


async def async_order_grid_fee_reduction(
    hass: HomeAssistant, entry: NomosConfigEntry, module: int
) -> GridFeeReduction:
    """Order a module of section 14a EnWG; the caller has had it confirmed.

    Raises:
        ServiceValidationError: The contract cannot have it, or has it, or the
            credentials may not order.
        HomeAssistantError: Nomos refuses it, or it is not known whether it was ordered.
    """
    # Of two orders at the same moment the second finds the first.
    async with writing(hass, entry) as coordinator:
        _check_contract(coordinator.data, module)
        await async_check_may_write(hass, entry, coordinator)
        try:
            present = await _async_check_module(coordinator, module)
        except NomosError as err:
            raise reading_failed(hass, entry, err) from err
        ordered = await _async_order(hass, entry, coordinator, module)
        async_clear_missing_scope(hass, entry)
        await async_take(hass, entry, reductions=(ordered, *present))
    return ordered


def _check_contract(contract: Contract, module: int) -> None:
    if contract.feeds_in:
        raise problem("module_for_feed_in")
    if contract.subscription.status == ENDED:
        raise problem("module_for_ended")
    if contract.modules:
        found = obstacle(module, statuses_of(contract.modules), smart_meter=True)
        # Anything else may have changed since, so Nomos is asked.
        if found is Obstacle.EXISTS:
            raise problem(found, module=module)


async def _async_check_module(
    coordinator: MeterOrderCoordinator, module: int
) -> tuple[GridFeeReduction, ...]:
    """Return the modules there are, if the rules allow one more.

    Raises:
        ServiceValidationError: The rules do not allow it.
        NomosError: They cannot be read.
    """
    client, contract = coordinator.client, coordinator.data
    reductions = await async_fetch_reductions(client, contract.subscription.id)
    smart_meter = contract.has_smart_meter
    if module == 3 and not smart_meter:
        subscription = await client.subscription(contract.subscription.id)
        smart_meter = subscription.meter.type == SMART
    statuses = statuses_of(modules_of(reductions))
    if found := obstacle(module, statuses, smart_meter=smart_meter):
        raise problem(found, module=module)
    return reductions


async def _async_order(
    hass: HomeAssistant,
    entry: NomosConfigEntry,
    coordinator: MeterOrderCoordinator,
    module: int,
) -> GridFeeReduction:
    client, subscription_id = coordinator.client, coordinator.data.subscription.id
    try:
        return await client.order_grid_fee_reduction(subscription_id, module)
    except NomosError as err:
        if not err.outcome_unknown:
            raise _refusal(hass, entry, err, module) from err
        if reduction := await _async_read_back(coordinator, module):
            return reduction
        raise outcome_unknown(
            entry, err, "module_outcome_unknown", module=str(module)
        ) from err


async def _async_read_back(
    coordinator: MeterOrderCoordinator, module: int
) -> GridFeeReduction | None:
    """Look whether the module was ordered, as the answer that would say so is lost."""
    try:
        reductions = await async_fetch_reductions(
            coordinator.client, coordinator.data.subscription.id
        )
    except NomosError:
        return None
    for reduction in reductions:
        if statuses_of(modules_of([reduction]))[module].takes_place:
            return reduction
    return None


def _refusal(
    hass: HomeAssistant, entry: NomosConfigEntry, err: NomosError, module: int
) -> HomeAssistantError:
    """Return what a refused module is told as."""
    if isinstance(err, NomosConflictError):
        key = "module_conflict"
    else:
        known = (_REFUSALS[code] for code in err.problems if code in _REFUSALS)
        key = next(known, "order_refused")
    return refused(hass, entry, err, key, module=str(module))
