"""The modules of section 14a EnWG of a contract, as Nomos tells them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from .nomos import GridFeeReduction
from .tariff.grid_fee import MODULES, ModuleStatus

_TYPE = "enwg-14a-module-"


@dataclass(frozen=True)
class Module:
    """A module of a contract.

    Attributes:
        status: None for a word that nobody knows yet.
        valid_from: From when it holds (UTC), if known.
        valid_until: Until when it holds (UTC), if known.
    """

    status: ModuleStatus | None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def modules_of(reductions: Iterable[GridFeeReduction]) -> Mapping[int, Module]:
    """Return where each module stands.

    One that has ended or was rejected may have been ordered again: what holds, or is
    under way, counts before what does not, and the newest first.
    """
    known: dict[int, list[GridFeeReduction]] = {number: [] for number in MODULES}
    for reduction in reductions:
        number = reduction.type.removeprefix(_TYPE)
        if number in map(str, MODULES):
            known[int(number)].append(reduction)
    return {number: _module(own) for number, own in known.items()}


def statuses_of(modules: Mapping[int, Module]) -> dict[int, ModuleStatus]:
    """Return the statuses; a word that nobody knows is taken for one under way."""
    return {
        number: module.status or ModuleStatus.ORDERED
        for number, module in modules.items()
    }


def _module(reductions: list[GridFeeReduction]) -> Module:
    if not reductions:
        return Module(ModuleStatus.NONE)
    newest = max(reductions, key=_precedence)
    return Module(_status(newest), newest.valid_from, newest.valid_until)


def _precedence(reduction: GridFeeReduction) -> tuple[bool, datetime]:
    status = _status(reduction)
    return status is None or status.takes_place, reduction.created_at


def _status(reduction: GridFeeReduction) -> ModuleStatus | None:
    try:
        return ModuleStatus(reduction.status)
    except ValueError:
        return None
