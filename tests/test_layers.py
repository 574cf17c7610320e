"""Tests of the layers: the inner ones know neither Home Assistant nor each other."""

import ast
from collections.abc import Iterator
from pathlib import Path
import sys

import pytest

INTEGRATION = Path(__file__).parent.parent / "custom_components/nomos_smartmeter"
ALLOWED = {
    "nomos": {"aiohttp", "mashumaro", "yarl"},
    "tariff": set[str](),
}


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Return the modules that a file imports: how far up, and which."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.level, node.module or ""


@pytest.mark.parametrize("layer", ALLOWED)
def test_inner_layers_stand_alone(layer: str) -> None:
    """An inner layer imports the standard library, its few libraries and itself."""
    files = list((INTEGRATION / layer).rglob("*.py"))
    assert files
    for file in files:
        for level, module in imports(file):
            top = module.partition(".")[0]
            if level:
                assert level == 1, f"{file.name} reaches out of {layer}"
            else:
                assert top in sys.stdlib_module_names | ALLOWED[layer], (
                    f"{file.name} imports {module}"
                )


def test_the_simulator_is_independent() -> None:
    """The simulator shares no code with the integration, nor its mistakes."""
    for file in (INTEGRATION.parent.parent / "simulator").rglob("*.py"):
        for _, module in imports(file):
            assert not module.startswith(("custom_components", "homeassistant"))
