"""Faults on demand: wrong answers, slow answers, none at all."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from fnmatch import fnmatchcase


@dataclass(kw_only=True)
class Fault:
    """What goes wrong, for which requests, and how often (without a count: always).

    A status without a body gives the API's own error envelope, a delay alone
    the true answer late, a drop no answer. With `afterwards` the request is carried
    out before its answer goes wrong.
    """

    path: str | None = None
    method: str | None = None
    status: int | None = None
    body: str | None = None
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0
    drop: bool = False
    afterwards: bool = False
    count: int | None = None

    @property
    def replaces_answer(self) -> bool:
        """Whether the true answer is not given."""
        return self.drop or self.status is not None or self.body is not None

    def hits(self, method: str, path: str) -> bool:
        """Whether a request meets this fault."""
        return (
            self.count != 0
            and (self.method is None or self.method.upper() == method)
            and (self.path is None or fnmatchcase(path, self.path))
        )


class Faults:
    """The faults in force; the first that hits a request counts."""

    def __init__(self) -> None:
        """Start without faults."""
        self._faults: list[Fault] = []
        self._released = asyncio.Event()

    def add(self, fault: Fault) -> None:
        """Put a fault in force, after those already there."""
        self._faults.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault for a request and use it up by one."""
        for fault in self._faults:
            if fault.hits(method, path):
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None

    async def hold(self, seconds: float) -> None:
        """Hold an answer back, no longer than the faults are in force."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._released.wait()

    def clear(self) -> None:
        """End all faults and let go of every answer held back."""
        self._faults.clear()
        self._released.set()
        self._released = asyncio.Event()
