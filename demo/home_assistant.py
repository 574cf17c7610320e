"""A fresh Home Assistant in a folder of its own."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
import json
from pathlib import Path
import shutil

from . import energy
from .client import Client
from .clock import Clock
from .process import python_module

CONFIGURATION = Path(__file__).parent / "config"
INTEGRATIONS = Path(__file__).parent.parent / "custom_components"
BLUEPRINTS = Path(__file__).parent.parent / "blueprints"
DASHBOARD = "smart-meter"


def make_folder(folder: Path, port: int) -> None:
    """Make a configuration folder anew, with the integration linked in.

    The blueprints are where Home Assistant puts those that an owner imports.
    """
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(CONFIGURATION, folder)
    shutil.copytree(BLUEPRINTS, folder / "blueprints")
    (folder / "custom_components").symlink_to(INTEGRATIONS)
    _store(folder, "http", 2, _http_settings(port))
    # Kept to itself, it starts without any network too.
    _store(folder, "core.network", 1, {"configured_adapters": ["lo", "lo0"]})
    # Outside a container Home Assistant advises against running it like this.
    _store(folder, "repairs.issue_registry", 1, {"issues": [_dismissed()]})
    # The user is made through the onboarding API. The other steps count as done: one
    # of them adds a weather service and text to speech, which need the internet.
    done = ["core_config", "analytics", "integration"]
    _store(folder, "onboarding", 4, {"done": done})


def _http_settings(port: int) -> dict[str, object]:
    """Give the settings for this port, as if an owner had confirmed them.

    Settings from YAML would be on trial: the frontend asks to confirm them.
    """
    confirmed = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": False,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    return {"stable": confirmed, "pending": None, "yaml_migration_done": True}


def _dismissed() -> dict[str, object]:
    return {
        "created": "2026-01-01T00:00:00+00:00",
        "dismissed_version": "2026.10.0",
        "domain": "homeassistant",
        "is_persistent": False,
        "issue_id": "deprecated_method",
    }


def _store(folder: Path, key: str, version: int, data: object) -> None:
    storage = folder / ".storage"
    storage.mkdir(exist_ok=True)
    content = {"version": version, "minor_version": 1, "key": key, "data": data}
    (storage / key).write_text(json.dumps(content), encoding="utf-8")


@asynccontextmanager
async def running(client: Client, folder: Path, clock: Clock) -> AsyncGenerator[None]:
    """Run Home Assistant beside the block, until the client can speak to it.

    What it needs is installed beforehand: it must not install anything by itself.
    """
    async with python_module(
        "homeassistant",
        ["--config", str(folder), "--skip-pip", "--log-no-color"],
        clock=clock,
        directory=folder,
        log=log_of(folder),
        is_up=client.is_up,
    ):
        yield


def log_of(folder: Path) -> Path:
    """Return the log of all starts from a folder."""
    return folder / "output.log"


async def move_in(client: Client) -> None:
    """Create the user of a fresh Home Assistant, who lands on the dashboard.

    The Energy dashboard is prepared for the prices, which come later.
    """
    await client.onboard()
    await client.until_running()
    await client.command(
        "frontend/set_system_data", key="core", value={"default_panel": DASHBOARD}
    )
    await energy.configure(client)
