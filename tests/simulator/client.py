"""A client of the simulated API that shows every detail of an answer."""

from collections.abc import Mapping
from dataclasses import dataclass
import json
from typing import Any

from aiohttp import ClientResponse, encode_basic_auth
from aiohttp.test_utils import TestClient, TestServer

from simulator import CURIE, Exchange, World, create_app

type Credentials = tuple[str, str]

CLIENT = ("demo-client", "demo-secret")
CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


@dataclass(frozen=True)
class Answer:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    text: str

    @classmethod
    async def read(cls, response: ClientResponse) -> Answer:
        """Read an answer."""
        return cls(response.status, response.headers, await response.text())

    @property
    def json(self) -> Any:
        """The content of the answer."""
        return json.loads(self.text)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The items of a list."""
        items: list[dict[str, Any]] = self.json["items"]
        return items

    @property
    def problems(self) -> list[tuple[str, str]]:
        """The codes and fields of an error."""
        return [(error["code"], error["field"]) for error in self.json["errors"]]


class ApiClient:
    """A client with a token of its own."""

    def __init__(self, world: World) -> None:
        """Serve a world; `start` opens the connection."""
        self.world = world
        self.exchanges: list[Exchange] = []
        self.token = ""
        app = create_app(world, observe=self.exchanges.append)
        self.http = TestClient(TestServer(app))

    async def sign_in(self, client: Credentials = CLIENT) -> None:
        """Get a token and use it from now on."""
        answer = await self.ask_token(client)
        self.token = answer.json["access_token"]

    async def ask_token(
        self, client: Credentials | None = CLIENT, /, **request: Any
    ) -> Answer:
        """Ask for a token."""
        content = request or {"json": CLIENT_CREDENTIALS}
        headers = {"X-API-Version": CURIE}
        if client is not None:
            headers["Authorization"] = encode_basic_auth(*client)
        async with self.http.post(
            "/oauth/token", headers=headers, **content
        ) as response:
            return await Answer.read(response)

    async def get(
        self, path: str, version: str | None = CURIE, /, **query: str | int
    ) -> Answer:
        """Read something."""
        return await self.request("GET", path, version, params=query)

    async def post(self, path: str, content: Mapping[str, Any]) -> Answer:
        """Ask for something to be done."""
        return await self.request("POST", path, json=content)

    async def list(
        self, path: str, filters: Mapping[str, str], version: str = CURIE
    ) -> list[dict[str, Any]]:
        """Read all items of a list that pass the filters, up to a hundred."""
        query = {f"filter{name}": value for name, value in filters.items()}
        answer = await self.get(path, version, limit=100, **query)
        assert answer.status == 200, answer.text
        return answer.items

    async def request(
        self, method: str, path: str, version: str | None = CURIE, **request: Any
    ) -> Answer:
        """Send any request with the token."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if version is not None:
            headers["X-API-Version"] = version
        async with self.http.request(
            method, path, headers=headers, **request
        ) as response:
            return await Answer.read(response)

    async def control(self, method: str, path: str, /, **fields: Any) -> Answer:
        """Send a request to the control of the simulator."""
        async with self.http.request(
            method, f"/_simulator/{path}", json=fields
        ) as response:
            return await Answer.read(response)
