"""Home Assistant's own API, as far as the demo speaks it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import ClientError, ClientSession


@dataclass(frozen=True)
class State:
    """A state as Home Assistant tells it."""

    state: str
    attributes: Mapping[str, Any]
    last_changed: datetime


class ApiError(Exception):
    """Home Assistant refused a request."""


class Client:
    """A user of one Home Assistant."""

    def __init__(self, session: ClientSession, url: str) -> None:
        """Speak to the Home Assistant at this address."""
        self.url = url
        self._session = session
        self._token: str | None = None

    async def onboard(self) -> None:
        """Create the user of a fresh Home Assistant and sign in."""
        client_id = f"{self.url}/"
        answer = await self.post(
            "/api/onboarding/users",
            {
                "client_id": client_id,
                "name": "Demo",
                "username": "demo",
                "password": "demo",
                "language": "en",
            },
        )
        async with self._session.post(
            f"{self.url}/auth/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "code": answer["auth_code"],
            },
        ) as response:
            response.raise_for_status()
            self._token = (await response.json())["access_token"]
        # That one is good for half an hour, which passes quickly here.
        self._token = await self.command(
            "auth/long_lived_access_token", client_name="Demo", lifespan=365
        )

    async def is_up(self) -> bool:
        """Tell whether Home Assistant answers at all."""
        try:
            async with self._session.get(f"{self.url}/manifest.json") as response:
                return response.ok
        except ClientError:
            return False

    async def until_running(self) -> None:
        """Wait until Home Assistant has started all that it loads."""
        while (await self.get("/api/core/state"))["state"] != "RUNNING":
            await asyncio.sleep(0.1)

    async def get(self, path: str) -> Any:
        """Read a resource."""
        return await self._request("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send to a resource."""
        return await self._request("POST", path, json=body)

    async def delete(self, path: str) -> None:
        """Remove a resource."""
        await self._request("DELETE", path)

    async def command(self, command: str, **arguments: Any) -> Any:
        """Carry out a WebSocket command and give its result."""
        async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json({"type": "auth", "access_token": self._token})
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": command, **arguments})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise ApiError(f"{command}: {answer['error']['message']}")
        return answer["result"]

    async def action(self, name: str, **data: Any) -> None:
        """Perform an action and wait until it is done."""
        await self.post(f"/api/services/{name.replace('.', '/')}", data)

    async def ask(self, name: str, **data: Any) -> Mapping[str, Any]:
        """Perform an action that answers, and give its answer."""
        domain, service = name.split(".")
        result = await self.command(
            "call_service",
            domain=domain,
            service=service,
            service_data=data,
            return_response=True,
        )
        answer: Mapping[str, Any] = result["response"]
        return answer

    async def history(self, entity_id: str, since: datetime) -> list[dict[str, Any]]:
        """Read what the recorder has of an entity, the state at the beginning first."""
        since = since.astimezone(UTC)
        # Times are sent without a sign that would have to be quoted.
        path = f"/api/history/period/{since:%Y-%m-%dT%H:%M:%SZ}"
        until = f"{since + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
        query = f"filter_entity_id={entity_id}&end_time={until}"
        answer: list[list[dict[str, Any]]] = await self.get(f"{path}?{query}")
        return answer[0] if answer else []

    async def until_recorded(self, entity_id: str, since: datetime) -> None:
        """Wait until the recorder has the present state, which came after a moment."""
        now = (await self.state(entity_id)).state
        recorded = ""
        while recorded != now:
            await asyncio.sleep(0.1)
            if kept := await self.history(entity_id, since):
                recorded = kept[-1]["state"]

    async def state(self, entity_id: str) -> State:
        """Read a state."""
        answer = await self.get(f"/api/states/{entity_id}")
        changed = datetime.fromisoformat(answer["last_changed"])
        return State(answer["state"], answer["attributes"], changed)

    async def has_state(self, entity_id: str) -> bool:
        """Tell whether an entity is there."""
        return any(
            state["entity_id"] == entity_id for state in await self.get("/api/states")
        )

    async def render(self, template: str, **variables: str) -> str:
        """Render a template."""
        body = {"template": template, "variables": variables}
        return str(await self.post("/api/template", body))

    async def _request(self, method: str, path: str, **arguments: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        async with self._session.request(
            method, f"{self.url}{path}", headers=headers, **arguments
        ) as response:
            if not response.ok:
                raise ApiError(f"{method} {path}: {await response.text()}")
            if response.content_type == "application/json":
                return await response.json()
            return await response.text()
