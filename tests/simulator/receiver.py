"""A receiver of webhooks, which believes what the integration would believe."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
import time
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

from custom_components.nomos_smartmeter.nomos.webhooks import (
    SIGNATURE_HEADER,
    Notice,
    is_signed,
)

SECRET = "whsec_of_the_test"
LARGEST_BODY = 65_536


@dataclass(frozen=True)
class Received:
    """A request, as it came."""

    body: bytes
    signature: str
    content_type: str
    is_signed: bool

    @property
    def notice(self) -> Notice:
        """What it says."""
        return Notice.parse(self.body)


class Receiver:
    """Receives on loopback; `answers` come first, then what its checks say."""

    def __init__(self) -> None:
        """Prepare to receive."""
        self.received: list[Received] = []
        self.answers: list[int] = []
        self.hangs = self.drops = False
        self._arrived = asyncio.Condition()
        self._released = asyncio.Event()
        app = web.Application(client_max_size=LARGEST_BODY)
        app.router.add_post("/hook", self._receive)
        self._server = TestServer(app, host="127.0.0.1")

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncIterator[Self]:
        """Receive while the context lasts."""
        receiver = cls()
        await receiver._server.start_server(access_log=None)
        try:
            yield receiver
        finally:
            receiver._released.set()
            await receiver._server.close()

    @property
    def url(self) -> str:
        """Where to send to."""
        return str(self._server.make_url("/hook"))

    @property
    def topics(self) -> list[str]:
        """The topics so far."""
        return [received.notice.topic for received in self.received]

    async def wait_for(self, count: int) -> list[Received]:
        """Return what has come, once it is so much."""
        async with asyncio.timeout(10), self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)
        assert len(self.received) == count
        return self.received

    async def _receive(self, request: web.Request) -> web.Response:
        body = await request.read()
        signature = request.headers.get(SIGNATURE_HEADER, "")
        signed = is_signed(SECRET, signature, body, time.time())
        self.received.append(Received(body, signature, request.content_type, signed))
        async with self._arrived:
            self._arrived.notify_all()
        if self.hangs:
            await self._released.wait()
        if self.drops and request.transport is not None:
            request.transport.close()
        if self.answers:
            status = self.answers.pop(0)
            # A redirect leads to where an event must not turn up a second time.
            return web.Response(status=status, headers={"Location": self.url})
        return web.Response(status=200 if signed else 401)
