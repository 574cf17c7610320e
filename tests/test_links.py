"""Tests of what the documents refer to: links, headings and pictures."""

from pathlib import Path
import re

import pytest

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)#:]*)(?:#([^)]*))?\)")
_PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]*)\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links(document: Path) -> None:
    """What a document refers to is there, down to the heading."""
    for file, heading in _LINK.findall(document.read_text(encoding="utf-8")):
        target = (document.parent / file).resolve() if file else document
        assert target.exists(), file
        if heading:
            assert heading in _anchors(target), f"{file}#{heading}"


def test_pictures() -> None:
    """Every picture that a document shows is there, and every picture is shown."""
    shown = {
        (document.parent / file).resolve()
        for document in DOCUMENTS
        for file in _PICTURE.findall(document.read_text(encoding="utf-8"))
    }
    assert shown == {*(ROOT / "docs/images").resolve().iterdir()}


def _anchors(document: Path) -> set[str]:
    """Return what the headings of a document are linked by, as GitHub makes it."""
    headings = _HEADING.findall(document.read_text(encoding="utf-8"))
    words = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in words}
