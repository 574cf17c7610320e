"""Home Assistant's frontend in Chromium, as an owner sees it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import shutil
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    Page,
    StorageState,
    ViewportSize,
    async_playwright,
)

from .clock import Clock
from .process import StartError

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
PATIENCE = 30_000
"""Milliseconds to wait for an element: the first page takes long on a busy machine."""

_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Frontend:
    """The frontend of one Home Assistant, in a browser of its own."""

    def __init__(self, chromium: Browser, url: str, clock: Clock) -> None:
        """Show the Home Assistant at this address, in its time."""
        self._chromium = chromium
        self._clock = clock
        self._url = url
        self._signed_in: StorageState | None = None

    async def sign_in(self) -> str:
        """Come in as the demo's user, and tell which panel is shown.

        All pages opened from then on are signed in.
        """
        async with self.page("/") as page:
            await page.locator("hui-view").first.wait_for()
            self._signed_in = await page.context.storage_state()
            return urlsplit(page.url).path.split("/")[1]

    async def obstacles(self) -> list[str]:
        """Return what an owner must click away on the first page."""
        async with self.page("/") as page:
            await page.locator("hui-view").first.wait_for()
            await page.wait_for_load_state("networkidle")
            shown = page.locator("dialog[open], ha-toast").filter(visible=True)
            return await shown.all_inner_texts()

    @asynccontextmanager
    async def page(
        self, path: str, *, size: ViewportSize = DESKTOP, locale: str = "en-GB"
    ) -> AsyncGenerator[Page]:
        """Open a page of the frontend."""
        context = await self._chromium.new_context(
            viewport=size,
            locale=locale,
            timezone_id="Europe/Berlin",
            color_scheme="light",
            reduced_motion="reduce",
            storage_state=self._signed_in,
        )
        context.set_default_timeout(PATIENCE)
        async with context:
            page = await context.new_page()
            await page.clock.set_fixed_time(self._clock.now())
            await page.goto(f"{self._url}{path}")
            yield page


@asynccontextmanager
async def open_frontend(url: str, clock: Clock) -> AsyncGenerator[Frontend]:
    """Run Chromium beside the block."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        raise StartError("The pictures need Chromium: install it, or have it in PATH.")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=executable, args=_ARGUMENTS
        )
        async with chromium:
            yield Frontend(chromium, url, clock)
