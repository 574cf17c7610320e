"""The list that a contract is chosen from."""

from collections.abc import Iterable, Mapping

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from .const import CONF_SUBSCRIPTION, DOMAIN
from .nomos import Subscription, SubscriptionSummary

FEW = 7
"""So many contracts can be taken in at a glance, and looked up one by one.

Lists hold no addresses: each costs a request, and setting up one contract of an account
shall cost a dozen at most.
"""

_STATUS_RANK = {"active": -2, "pending": -1, "ended": 1}


async def async_labelled(
    hass: HomeAssistant, contracts: Iterable[SubscriptionSummary]
) -> dict[str, SubscriptionSummary]:
    """Return contracts by the lines that they are chosen by, the likeliest first."""
    words = await async_get_translations(
        hass, hass.config.language, "selector", [DOMAIN]
    )
    return {_label(item, words): item for item in sorted(contracts, key=_likelihood)}


def choice_of(lines: Iterable[str]) -> vol.Schema:
    """Return the form that asks which contract it is about."""
    # The label is the value as well: with free entry, without which a list cannot be
    # searched, the frontend shows the value of what was chosen.
    options = [SelectOptionDict(value=line, label=line) for line in lines]
    selector = SelectSelector(
        SelectSelectorConfig(
            options=options, custom_value=True, mode=SelectSelectorMode.DROPDOWN
        )
    )
    return vol.Schema({vol.Required(CONF_SUBSCRIPTION): selector})


def _likelihood(item: SubscriptionSummary) -> tuple[int, bool]:
    """Return what to sort by, for the likeliest choice to come first."""
    return _STATUS_RANK.get(item.status, 0), item.type != "consumption"


def _label(item: SubscriptionSummary, words: Mapping[str, str]) -> str:
    """Return a line to recognise a contract by."""

    def _word(selector: str, value: str) -> str:
        return words.get(
            f"component.{DOMAIN}.selector.{selector}.options.{value}", value
        )

    parts = [
        item.number or item.id,
        _word("subscription_type", item.type),
        _word("subscription_status", item.status),
    ]
    if isinstance(item, Subscription):
        where = item.address
        parts.insert(
            0, f"{where.street} {where.house_number}, {where.zip} {where.city}"
        )
    return " · ".join(parts)
