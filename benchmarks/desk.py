"""Where a simulated server receives its requests."""

from time import process_time

from aiohttp import web
from aiohttp.typedefs import Handler


class Desk:
    """Counts requests, and keeps the server's own work apart from its clients'.

    Attributes:
        requests: How many have come in.
        seconds: The CPU time that the answers have taken.
        last_answer: The body of the latest answer.
    """

    def __init__(self, app: web.Application) -> None:
        """Stand before everything else of an application."""
        self.requests = 0
        self.seconds = 0.0
        self.last_answer = b""
        app.middlewares.insert(0, self._serve)

    @web.middleware
    async def _serve(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        begin = process_time()
        response = await handler(request)
        self.seconds += process_time() - begin
        self.requests += 1
        if isinstance(response, web.Response) and isinstance(response.body, bytes):
            self.last_answer = response.body
        return response
