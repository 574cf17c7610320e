"""What can be set about the API as a whole."""

from dataclasses import dataclass, field

from .versions import NEWEST_FIRST


@dataclass(kw_only=True)
class Settings:
    """How the API behaves; times in seconds, the rate limit in requests a second.

    A webhook that fails is tried again after `webhook_backoff`, and then twice as
    late each time.
    """

    versions: list[str] = field(default_factory=lambda: list(NEWEST_FIRST))
    rate_limit: int = 10
    token_lifetime: int = 3600
    ignore_filters: bool = False
    webhook_backoff: float = 60
    webhook_timeout: float = 10
