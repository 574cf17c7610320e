"""The rate limit: so many requests in each second of the clock, per credential."""

from dataclasses import dataclass
import math

from .moments import now


@dataclass(frozen=True)
class Allowance:
    """What a credential has left in the current second."""

    limit: int
    used: int
    reset: int

    @property
    def exceeded(self) -> bool:
        """Whether this request is one too many."""
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        """Return the headers that tell the client."""
        headers = {
            "ratelimit-limit": str(self.limit),
            "ratelimit-remaining": str(max(self.limit - self.used, 0)),
            "ratelimit-reset": str(self.reset),
        }
        return headers | ({"retry-after": str(self.reset)} if self.exceeded else {})


class RateLimiter:
    """Counts the requests of each credential."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._counts: dict[str, tuple[int, int]] = {}

    def count(self, client_id: str, limit: int) -> Allowance:
        """Count a request and tell what is left."""
        moment = now().timestamp()
        second = math.floor(moment)
        counted_second, used = self._counts.get(client_id, (second, 0))
        used = used + 1 if counted_second == second else 1
        self._counts[client_id] = (second, used)
        return Allowance(limit, used, math.ceil(second + 1 - moment))
