"""The pictures of the documentation."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import FloatRect, Locator, Page, ViewportSize

from .browser import DESKTOP, Frontend
from .contract import DOMAIN
from .home_assistant import DASHBOARD
from .nomos import CLIENT_ID, CLIENT_SECRET

_MARGIN = 16
_ADD = f"/config/integrations/dashboard/add?domain={DOMAIN}"
_CONTRACTS = f"/config/integrations/integration/{DOMAIN}"
_LOW = ViewportSize(width=1280, height=520)
_TALL = ViewportSize(width=1280, height=1040)
_VERY_TALL = ViewportSize(width=1280, height=1500)
"""As tall as the longest page of a dialog."""
_ENERGY_CARDS = ("usage-graph", "distribution", "devices-detail-graph")
_DIALOG = "dialog-data-entry-flow dialog"
_ADDRESS = "https://home.example.org/api/webhook/5f2b7c…"
_GO_TO = """path => {
    history.pushState(null, "", path);
    window.dispatchEvent(new CustomEvent("location-changed"));
}"""
"""Goes to another page of the frontend without loading it anew."""
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
        async with self._adding("Enter client credentials") as page:
            dialog = page.locator(_DIALOG).first
            await page.locator("input[name=client_id]").wait_for()
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

    async def denied_sign_in(self, base_url: str) -> str:
        """Deny the consent, and return what the dialog says of it."""
        async with self._consenting(base_url) as (page, consent):
            await consent.locator("#deny").click()
            reason = page.locator("step-flow-abort").get_by_text("access_denied")
            return await reason.inner_text()

    async def sign_in(self, base_url: str, customer: str) -> None:
        """Add a contract by consenting as a customer, and take what that looks like.

        Args:
            base_url: The URL of the Nomos that the browser goes to.
            customer: The name of who consents.
        """
        async with self._consenting(base_url, "sign-in-menu") as (page, consent):
            await consent.locator("select[name=customer]").select_option(label=customer)
            await self._keep("sign-in-consent", consent, consent.locator("body"))
            await consent.locator("#allow").click()
            await page.get_by_role("button", name="Finish").click()

    @asynccontextmanager
    async def _consenting(
        self, base_url: str, picture: str | None = None
    ) -> AsyncGenerator[tuple[Page, Page]]:
        """Go from the dialog's menu, of which a picture is taken, to Nomos' own page."""
        async with self._adding("Sign in with Nomos", picture) as page:
            await page.get_by_role("button", name="Advanced").click()
            await page.locator("input[name=base_url]").fill(base_url)
            async with page.expect_popup() as popup:
                await page.get_by_role("button", name="Submit").click()
            yield page, await popup.value

    @asynccontextmanager
    async def _adding(
        self, way: str, picture: str | None = None
    ) -> AsyncGenerator[Page]:
        """Begin to add a contract, and choose how it shall be read in the menu."""
        async with self._frontend.page(_ADD) as page:
            await page.get_by_role("button", name="OK").click()
            choice = page.locator("step-flow-menu").get_by_text(way)
            await choice.wait_for()
            if picture:
                await self._keep(picture, page, page.locator(_DIALOG).first)
            await choice.click()
            yield page

    async def reconfigure(self, title: str) -> str:
        """Enter the same credentials once more, and leave the closed section closed.

        Args:
            title: Of the contract.

        Returns:
            What the dialog says then.
        """
        async with self._frontend.page(_CONTRACTS) as page:
            row = page.locator("ha-config-entry-row").filter(has_text=title)
            await row.get_by_role("button", name="Menu").first.click()
            item = page.get_by_text("Reconfigure", exact=True)
            await item.locator("visible=true").first.click()
            menu = page.locator("step-flow-menu")
            await menu.get_by_text("Enter client credentials").click()
            await page.locator("input[name=client_id]").fill(CLIENT_ID)
            await page.locator("input[name=client_secret]").fill(CLIENT_SECRET)
            await page.get_by_role("button", name="Submit").click()
            answer = page.locator("step-flow-abort").get_by_text("successful")
            return await answer.inner_text()

    async def repair(self, title: str) -> None:
        """Order the smart meter through its repair, and take both of its steps.

        Args:
            title: Of the repair.
        """
        async with self._frontend.page("/config/repairs") as page:
            issue = page.get_by_text(title).first
            await issue.wait_for()
            card = page.locator("ha-card").filter(has=issue).first
            await self._keep("repair-no-order", page, card)
            await issue.click()
            dialog = page.locator(_DIALOG).first
            await page.locator(
                "dialog-data-entry-flow ha-switch, dialog-data-entry-flow ha-checkbox"
            ).click()
            await self._keep("repair-confirm", page, dialog)
            await page.get_by_role("button", name="Submit").click()
            await page.get_by_role("button", name="Finish").click()

    async def push_options(
        self, title: str, register: Callable[[str], Awaitable[str]]
    ) -> None:
        """Turn push on in the options of a contract, and take the page of the secret.

        The address is another one each time; in the picture is that of an example.

        Args:
            title: Of the contract.
            register: Takes the address that is shown, and returns the secret.
        """
        async with self._frontend.page(_CONTRACTS) as page:
            entry = page.locator("ha-config-entry-row").filter(has_text=title)
            await entry.get_by_role("button", name="Configure").click()
            dialog = page.locator(_DIALOG).first
            wanted = page.locator("dialog-data-entry-flow ha-selector-boolean").last
            await wanted.locator("ha-switch").click()
            await page.get_by_role("button", name="Submit").click()
            address = page.locator("dialog-data-entry-flow code")
            secret = await register((await address.inner_text()).strip())
            await address.evaluate(
                "(code, url) => { code.textContent = url }", _ADDRESS
            )
            await page.locator("input[name=webhook_secret]").fill(secret)
            await self._keep("push-options", page, dialog)
            await page.get_by_role("button", name="Submit").click()
            await page.get_by_role("button", name="Finish").click()

    async def activity(
        self, name: str, entities: Sequence[str], since: datetime, sign: str
    ) -> None:
        """Take what has happened to entities since a moment, the newest first.

        Args:
            name: Of the picture.
            entities: Which ones.
            since: The moment.
            sign: The last thing that has happened.
        """
        begin = f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        end = f"{since.astimezone(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
        query = f"entity_id={','.join(entities)}&start_date={begin}&end_date={end}"
        async with self._frontend.page("/", size=_LOW) as page:
            # What is shown before the words for it are loaded stays without them.
            await page.locator("hui-view").first.wait_for()
            await page.wait_for_load_state("networkidle")
            await page.evaluate(_GO_TO, f"/logbook?{query}")
            await page.locator("ha-panel-logbook").get_by_text(sign).first.wait_for()
            await self._keep(name, page)

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
