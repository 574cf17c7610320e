#!/usr/bin/env python3
"""Render the brand images that Home Assistant shows from the drawings beside this file.

Home Assistant takes them from `brand/` in the integration: at two sizes, and for a
light and a dark background, which the drawings tell apart by themselves.
"""

from io import BytesIO
from itertools import product
from pathlib import Path
import shutil
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

type Scheme = Literal["light", "dark"]

DRAWINGS = Path(__file__).parent
IMAGES = DRAWINGS.parent.parent / "custom_components/nomos_smartmeter/brand"
SCHEMES: dict[str, Scheme] = {"": "light", "dark_": "dark"}
HEIGHTS = {"": 256, "@2x": 512}


def main() -> None:
    """Render every drawing in every form."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome")
        )
        forms = product(DRAWINGS.glob("*.svg"), SCHEMES.items(), HEIGHTS.items())
        for drawing, (prefix, scheme), (suffix, height) in forms:
            image = _render(chromium, drawing, scheme, height)
            image.save(IMAGES / f"{prefix}{drawing.stem}{suffix}.png", optimize=True)


def _render(
    chromium: Browser, drawing: Path, scheme: Scheme, height: int
) -> Image.Image:
    """Render a drawing, and leave its background transparent."""
    page = chromium.new_page(color_scheme=scheme)
    svg = drawing.read_text(encoding="utf-8")
    page.set_content(f"<style>svg {{ height: {height}px }}</style>{svg}")
    picture = page.locator("svg").screenshot(omit_background=True)
    page.close()
    # A drawing in two colours has few shades, all along its edges.
    return Image.open(BytesIO(picture)).quantize(method=Image.Quantize.FASTOCTREE)


if __name__ == "__main__":
    main()
