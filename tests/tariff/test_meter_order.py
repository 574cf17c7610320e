"""Tests of the order's life and of when dynamic pricing is active."""

from itertools import product

from hypothesis import given, strategies as st
import pytest

from custom_components.nomos_smartmeter.tariff.meter_order import (
    STEPS,
    OrderState,
    OrderStatus,
    PricingReason,
    dynamic_pricing,
    order_state,
)

EDISON = (
    "waiting",
    "intended",
    "ordered",
    "checked",
    "installation_planning",
    "installation_scheduled",
    "installation_waiting",
    "installation_finished",
    "installed",
    "pre_installed",
    "activated",
    "blocked",
    "blocked_wim",
    "cancelled",
)
CURIE = {
    "created": (OrderStatus.WAITING, 1),
    "placed": (OrderStatus.ORDERED, 2),
    "check_submitted": (OrderStatus.CHECK_SUBMITTED, 3),
    "check_reviewed": (OrderStatus.CHECKED, 4),
    "scheduled": (OrderStatus.INSTALLATION_SCHEDULED, 5),
    "installed": (OrderStatus.INSTALLED, 6),
    "activated": (OrderStatus.ACTIVATED, 7),
}
UNDERWAY = {word: found for word, found in CURIE.items() if word != "activated"}


def test_vocabulary() -> None:
    """The vocabulary is edison's, and what only curie knows."""
    assert set(OrderStatus) == {*EDISON, "check_submitted"}


@pytest.mark.parametrize("word", EDISON)
def test_edison_words_keep_their_name(word: str) -> None:
    """Every edison word is its own status, and nothing else is told."""
    state = order_state(word)
    assert state.status is OrderStatus(word)
    assert state.api_status == word
    assert state.reason is None


@pytest.mark.parametrize(("word", "found"), CURIE.items())
def test_curie_words(word: str, found: tuple[OrderStatus, int]) -> None:
    """Every curie word has its status and its step."""
    state = order_state(word)
    assert (state.status, state.step) == found


@pytest.mark.parametrize(
    ("reason", "status"),
    [
        ("check_missing", OrderStatus.BLOCKED),
        ("grid_operator_registration", OrderStatus.BLOCKED_WIM),
        ("a_reason_of_tomorrow", OrderStatus.BLOCKED),
        (None, OrderStatus.BLOCKED),
    ],
)
@pytest.mark.parametrize(("word", "found"), UNDERWAY.items())
def test_blocked_on_curie(
    word: str,
    found: tuple[OrderStatus, int],
    reason: str | None,
    status: OrderStatus,
) -> None:
    """A blocked order says why and keeps the step it has reached."""
    state = order_state(word, blocked=True, blocked_reason=reason)
    assert state == OrderState(status, word, found[1], reason)
    assert state.needs_attention
    assert not state.final


def test_a_reason_alone_blocks() -> None:
    """A reason says as much as the time of blocking."""
    state = order_state("placed", blocked_reason="check_missing")
    assert state.status is OrderStatus.BLOCKED


def test_a_final_order_is_not_blocked() -> None:
    """What is over is over, whatever held it up before."""
    state = order_state("activated", blocked=True, blocked_reason="check_missing")
    assert state == OrderState(OrderStatus.ACTIVATED, "activated", 7)


@pytest.mark.parametrize(
    ("reason", "status", "needs_attention"),
    [
        ("pre_existing", OrderStatus.PRE_INSTALLED, False),
        ("customer_request", OrderStatus.CANCELLED, True),
        ("a_reason_of_tomorrow", OrderStatus.CANCELLED, True),
        (None, OrderStatus.CANCELLED, True),
    ],
)
@pytest.mark.parametrize("blocked", [False, True])
def test_cancelled_on_curie(
    reason: str | None, status: OrderStatus, needs_attention: bool, blocked: bool
) -> None:
    """A cancellation is a problem, unless a smart meter was there already."""
    state = order_state("cancelled", blocked=blocked, cancelled_reason=reason)
    assert state == OrderState(status, "cancelled", None, reason)
    assert state.final
    assert state.needs_attention is needs_attention


@pytest.mark.parametrize("word", ["commissioned", "", "Activated", "ACTIVATED "])
def test_unknown_word(word: str) -> None:
    """A word nobody knows is kept, and means nothing else."""
    state = order_state(word)
    assert state == OrderState(None, word, None)
    assert not state.final
    assert not state.needs_attention


def test_unknown_word_blocked() -> None:
    """A blocked order is blocked, wherever it stands."""
    state = order_state("commissioned", blocked=True)
    assert state == OrderState(OrderStatus.BLOCKED, "commissioned", None)


def test_final_and_needs_attention() -> None:
    """Each status is over or not, and needs a person or not."""
    states = {status: order_state(status) for status in OrderStatus}
    assert {status for status, state in states.items() if state.final} == {
        OrderStatus.ACTIVATED,
        OrderStatus.PRE_INSTALLED,
        OrderStatus.CANCELLED,
    }
    assert {status for status, state in states.items() if state.needs_attention} == {
        OrderStatus.BLOCKED,
        OrderStatus.BLOCKED_WIM,
        OrderStatus.CANCELLED,
    }


def test_steps_grow_along_the_life() -> None:
    """The steps never go back in the order of life, and reach the last one."""
    steps = [order_state(status).step for status in OrderStatus]
    known = [step for step in steps if step is not None]
    assert known == sorted(known)
    assert set(known) == set(range(1, STEPS + 1))
    assert steps[len(known) :] == [None] * 4


@given(
    word=st.one_of(st.sampled_from([*EDISON, *CURIE]), st.text()),
    blocked=st.booleans(),
    blocked_reason=st.none() | st.text(),
    cancelled_reason=st.none() | st.text(),
)
def test_anything_can_be_read(
    word: str, blocked: bool, blocked_reason: str | None, cancelled_reason: str | None
) -> None:
    """No answer breaks the reading, and the raw word is always kept."""
    state = order_state(
        word,
        blocked=blocked,
        blocked_reason=blocked_reason,
        cancelled_reason=cancelled_reason,
    )
    assert state.api_status == word
    assert state.step is None or 1 <= state.step <= STEPS


ORDERS: dict[str, OrderState | None] = {
    "none": None,
    "unknown": order_state("commissioned"),
    **{status: order_state(status) for status in OrderStatus},
}
SUBSCRIPTIONS = ("pending", "active", "ended", "suspended")
METERS = ("analog", "smart", "other")


@pytest.mark.parametrize(
    ("subscription", "meter", "order"), product(SUBSCRIPTIONS, METERS, ORDERS)
)
def test_dynamic_pricing_active(subscription: str, meter: str, order: str) -> None:
    """It takes an active contract and a live smart meter, and nothing else will do."""
    expected = subscription == "active" and (
        order == "activated"
        or (order in ("none", "pre_installed") and meter == "smart")
    )
    assert dynamic_pricing(subscription, meter, ORDERS[order]).active is expected


@pytest.mark.parametrize(
    ("subscription", "meter", "order", "reason"),
    [
        ("active", "analog", "activated", PricingReason.ORDER_ACTIVATED),
        ("active", "smart", "none", PricingReason.SMART_METER),
        ("active", "smart", "pre_installed", PricingReason.SMART_METER),
        ("pending", "smart", "activated", PricingReason.SUBSCRIPTION_PENDING),
        ("ended", "smart", "activated", PricingReason.SUBSCRIPTION_ENDED),
        ("suspended", "smart", "activated", PricingReason.SUBSCRIPTION_NOT_ACTIVE),
        ("active", "analog", "none", PricingReason.NO_ORDER),
        ("active", "analog", "pre_installed", PricingReason.METER_NOT_SMART),
        ("active", "smart", "cancelled", PricingReason.ORDER_CANCELLED),
        ("active", "smart", "blocked", PricingReason.ORDER_BLOCKED),
        ("active", "smart", "blocked_wim", PricingReason.ORDER_BLOCKED),
        ("active", "smart", "unknown", PricingReason.ORDER_STATUS_UNKNOWN),
        ("active", "smart", "installed", PricingReason.ORDER_IN_PROGRESS),
        ("active", "analog", "waiting", PricingReason.ORDER_IN_PROGRESS),
    ],
)
def test_reason(
    subscription: str, meter: str, order: str, reason: PricingReason
) -> None:
    """The reason says why, or what is still waited for."""
    assert dynamic_pricing(subscription, meter, ORDERS[order]).reason is reason
