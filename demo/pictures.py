"""The pictures of the documentation."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page, ViewportSize

from .browser import DESKTOP, Frontend
from .contract import DOMAIN
from .home_assistant import DASHBOARD
from .nomos import CLIENT_ID, CLIENT_SECRET

_MARGIN = 16
_ADD = f"/config/integrations/dashboard/add?domain={DOMAIN}"
_CONTRACTS = f"/config/integrations/integration/{DOMAIN}"
_TALL = ViewportSize(width=1280, height=1040)
_VERY_TALL = ViewportSize(width=1280, height=1500)
"""As tall as the longest page of a dialog."""
_ENERGY_CARDS = ("usage-graph", "distribution", "devices-detail-graph")
_EVENT = ".fc-list-event"
"""A line in a calendar that is shown as a list."""


class Album:
    """A folder of pictures, in which only what looks different is written anew."""

    def __init__(self, folder: Path, frontend: Frontend) -> None:
        """Take pictures of this frontend into this folder."""
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._frontend = frontend

    async def config_flow(self, one_contract: str, several_contracts: str) -> None:
        """Take the dialog that adds a contract: empty, refused, with a choice.

        Args:
            one_contract: The URL of a Nomos that refuses a wrong secret.
            several_contracts: The URL of a Nomos that shows several contracts.
        """
        async with self._adding() as page:
            dialog = page.locator("dialog-data-entry-flow dialog").first
            await self._keep("config-flow", page, dialog)
            await _submit(page, "a-wrong-secret", one_contract)
            await page.locator("dialog-data-entry-flow ha-alert").wait_for()
            await self._keep("config-flow-refused", page, dialog)
            await _submit(page, CLIENT_SECRET, several_contracts)
            await page.locator("ha-selector-select").click()
            last_choice = page.locator("ha-combo-box-item").last
            await last_choice.wait_for()
            await self._keep("config-flow-contracts", page, dialog, last_choice)

    async def load_dialog(self, name: str) -> None:
        """Add a load of the first kind on the pages of its dialog, and take each."""
        async with self._frontend.page(_CONTRACTS, size=_VERY_TALL) as page:
            await page.get_by_role("button", name="Add load").click()
            pages = page.locator("dialog-data-entry-flow")
            dialog = pages.locator("dialog").first
            await pages.locator("input[name=name]").fill(name)
            await self._keep("load-what", page, dialog)
            for picture, sign in (("load-need", "Ready by"), ("load-limits", "Pause")):
                await pages.get_by_role("button", name="Next").click()
                await pages.get_by_text(sign).first.wait_for()
                await self._keep(picture, page, dialog)
            await pages.get_by_role("button", name="Submit").click()
            await pages.get_by_role("button", name="Finish").click()

    @asynccontextmanager
    async def _adding(self) -> AsyncGenerator[Page]:
        async with self._frontend.page(_ADD) as page:
            await page.get_by_role("button", name="OK").click()
            await page.locator("input[name=client_id]").wait_for()
            yield page

    async def dashboard(
        self, name: str, sign: str, size: ViewportSize = DESKTOP
    ) -> None:
        """Take the dashboard, once it shows a sign of what it is taken for."""
        async with self._frontend.page("/", size=size) as page:
            await page.get_by_text(sign).first.wait_for()
            if size is DESKTOP:
                # On a phone it is below, and only drawn once it is scrolled to.
                await page.locator("ha-logbook-entry").first.wait_for()
            await self._keep(name, page)

    async def prices(self, name: str, sign: str, size: ViewportSize = DESKTOP) -> None:
        """Take the view of the prices, once it shows a sign of what it is taken for."""
        path = f"/{DASHBOARD}/price"
        async with self._frontend.page(path, size=size) as page:
            await page.locator("ha-markdown").get_by_text(sign).first.wait_for()
            await self._keep(name, page)

    async def loads(self, name: str) -> None:
        """Take the view of the loads."""
        async with self._frontend.page(f"/{DASHBOARD}/loads", size=_TALL) as page:
            await page.locator("ha-markdown img").first.wait_for()
            await page.locator(_EVENT).first.wait_for()
            await self._keep(name, page)

    async def schedule(self, name: str) -> None:
        """Take the calendar, as a list of what comes in the next days."""
        async with self._frontend.page("/calendar") as page:
            await page.locator("ha-button[value=listWeek]").click()
            await page.locator(_EVENT).first.wait_for()
            await self._keep(name, page)

    async def load_device(self, device_id: str) -> None:
        """Take the device page of a load."""
        path = f"/config/devices/device/{device_id}"
        async with self._frontend.page(path, size=_TALL) as page:
            await page.get_by_text("Ready by").first.wait_for()
            await page.locator("ha-logbook-entry").first.wait_for()
            await self._keep("load-device", page)

    async def energy(self, name: str) -> None:
        """Take what the Energy dashboard shows of a day, once its table tells the cost.

        What lies over its cards, to choose another day, is out of the picture.
        """
        async with self._frontend.page("/energy/electricity", size=_VERY_TALL) as page:
            # The titles come last, and each is there a second time, hidden.
            for sign in ("€", "Energy distribution", "Totals", "Untracked consumption"):
                shown = page.get_by_text(sign).filter(visible=True)
                await shown.first.wait_for()
            cards = [
                page.locator(f"hui-energy-{card}-card").filter(visible=True).first
                for card in _ENERGY_CARDS
            ]
            await self._keep(name, page, *cards)

    async def device(
        self, name: str, device_id: str, sign: str, locale: str = "en-GB"
    ) -> None:
        """Take the device page in the language of an owner."""
        path = f"/config/devices/device/{device_id}"
        async with self._frontend.page(path, locale=locale) as page:
            await page.get_by_text(sign).first.wait_for()
            await self._keep(name, page)

    async def _keep(self, name: str, page: Page, *parts: Locator) -> None:
        """Keep a picture of a page, or of some parts of it and a little around."""
        await page.mouse.move(0, 0)
        await page.wait_for_load_state("networkidle")
        picture = await page.screenshot(
            animations="disabled", clip=await _around(parts) if parts else None
        )
        path = self._folder / f"{name}.png"
        if not path.exists() or path.read_bytes() != picture:
            path.write_bytes(picture)


async def _submit(page: Page, secret: str, base_url: str) -> None:
    await page.locator("input[name=client_id]").fill(CLIENT_ID)
    await page.locator("input[name=client_secret]").fill(secret)
    await page.get_by_role("button", name="Advanced").click()
    await page.locator("input[name=base_url]").fill(base_url)
    await page.get_by_role("button", name="Advanced").click()
    await page.get_by_role("button", name="Submit").click()


async def _around(parts: Sequence[Locator]) -> FloatRect:
    boxes = [await _box(part) for part in parts]
    left = min(box["x"] for box in boxes) - _MARGIN
    top = min(box["y"] for box in boxes) - _MARGIN
    right = max(box["x"] + box["width"] for box in boxes) + _MARGIN
    bottom = max(box["y"] + box["height"] for box in boxes) + _MARGIN
    return FloatRect(x=left, y=top, width=right - left, height=bottom - top)


async def _box(part: Locator) -> FloatRect:
    element = await part.element_handle()
    await element.wait_for_element_state("stable")
    box = await element.bounding_box()
    assert box is not None
    return box
