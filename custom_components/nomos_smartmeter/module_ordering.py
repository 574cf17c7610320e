"""What changes the contract: the order of a module of section 14a EnWG."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from .action_input import problem
from .const import DOMAIN
from .contract import ENDED, Contract, async_fetch_reductions
from .coordinator import NomosConfigEntry
from .errors import translation_of
from .grid_fee import modules_of, statuses_of
from .issues import async_clear_missing_scope, async_report_missing_scope
from .nomos import (
    GridFeeReduction,
    NomosClient,
    NomosConflictError,
    NomosError,
    NomosPermissionError,
)
from .ordering import async_check_may_write, facts_of
from .tariff.grid_fee import Obstacle, obstacle

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
    coordinator = entry.runtime_data.meter_order
    # Of two orders at the same moment the second finds the first.
    async with entry.runtime_data.ordering:
        contract, client = coordinator.data, coordinator.client
        _check_contract(contract)
        if contract.reductions is not None:
            _check_module(contract, contract.reductions, module)
        await async_check_may_write(hass, entry, client)
        reduction = await _async_order(hass, entry, client, module)
        async_clear_missing_scope(hass, entry)
        await coordinator.async_refresh()
    return reduction


def _check_contract(contract: Contract) -> None:
    if contract.feeds_in:
        raise problem("module_for_feed_in")
    if contract.subscription.status == ENDED:
        raise problem("module_for_ended")


def _check_module(
    contract: Contract, reductions: tuple[GridFeeReduction, ...], module: int
) -> None:
    statuses = statuses_of(modules_of(reductions))
    found = obstacle(module, statuses, smart_meter=contract.has_smart_meter)
    if found:
        raise problem(found, module=module)


async def _async_order(
    hass: HomeAssistant, entry: NomosConfigEntry, client: NomosClient, module: int
) -> GridFeeReduction:
    contract = entry.runtime_data.meter_order.data
    subscription_id = contract.subscription.id
    try:
        reductions = await async_fetch_reductions(client, subscription_id)
    except NomosError as err:
        raise HomeAssistantError(**translation_of(err)) from err
    _check_module(contract, reductions, module)
    try:
        return await client.order_grid_fee_reduction(subscription_id, module)
    except NomosError as err:
        if err.outcome_unknown:
            return await _async_read_back(client, subscription_id, module, err)
        if isinstance(err, NomosPermissionError):
            async_report_missing_scope(hass, entry)
        raise _refusal(err, module) from err


async def _async_read_back(
    client: NomosClient, subscription_id: str, module: int, lost: NomosError
) -> GridFeeReduction:
    """Look whether the module was ordered, as the answer that would say so is lost."""
    try:
        reductions = await async_fetch_reductions(client, subscription_id)
    except NomosError:
        reductions = ()
    for reduction in reductions:
        if statuses_of(modules_of([reduction]))[module].takes_place:
            return reduction
    raise HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key="module_outcome_unknown",
        translation_placeholders={"module": str(module), **facts_of(lost)},
    ) from lost


def _refusal(err: NomosError, module: int) -> HomeAssistantError:
    """Return what a refused module is told as."""
    if isinstance(err, NomosPermissionError):
        key = "may_not_write"
    elif isinstance(err, NomosConflictError):
        key = "module_conflict"
    else:
        known = (_REFUSALS[code] for code in err.problems if code in _REFUSALS)
        key = next(known, "order_refused")
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=key,
        translation_placeholders={
            "module": str(module),
            **facts_of(err),
        },
    )
