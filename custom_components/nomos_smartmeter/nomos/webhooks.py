"""What Nomos sends by itself: a signed notice that something has changed.

Source: docs.nomos.energy, "Webhooks". The header `X-Nomos-Signature` is
`t=<unix seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of `<t>.<raw body>`.
"""

from dataclasses import dataclass, field
import hmac
import json
import re
from typing import Any, Self

from .errors import NomosResponseError
from .models import Model

SIGNATURE_HEADER = "X-Nomos-Signature"
TOLERANCE = 300
"""Seconds that the time of a signature may be off; more is a replay."""

_NAME = re.compile(r"[\x21-\x7e]{1,100}", re.ASCII)
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def is_signed(secret: str, signature: str | None, body: bytes, now: float) -> bool:
    """Tell whether Nomos has sent a body, just now.

    Args:
        secret: The signing secret of the endpoint, from the Nomos dashboard.
        signature: The header, None where there is none.
        body: The raw bytes.
        now: In seconds since 1970.
    """
    match = _SIGNATURE.fullmatch(signature or "")
    if match is None:
        return False
    at, digest = match.groups()
    signed = hmac.digest(secret.encode(), at.encode() + b"." + body, "sha256")
    return hmac.compare_digest(signed, bytes.fromhex(digest)) and (
        # The header knows whole seconds only.
        abs(int(now) - int(at)) <= TOLERANCE
    )


@dataclass(frozen=True, kw_only=True)
class Notice(Model):
    """That something has changed; what it is now must be asked for.

    Attributes:
        id: The same in each delivery of one event, up to 100 printable characters.
        topic: Such as `meter_order.installed`, or `test.event`.
        context: Ids of what it is about.
    """

    id: str
    topic: str
    context: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a body.

        Raises:
            NomosResponseError: It is no notice.
        """
        try:
            notice = cls.read(json.loads(body))
        except ValueError, RecursionError:
            raise NomosResponseError("no notice") from None
        # Both are kept and shown, so they must be what they are meant to be.
        if not (_NAME.fullmatch(notice.id) and _NAME.fullmatch(notice.topic)):
            raise NomosResponseError("no name")
        return notice

    def is_about(self, subscription_id: str) -> bool:
        """Tell whether a contract or its meter order has changed."""
        kind, _, _ = self.topic.partition(".")
        return (
            kind in ("meter_order", "subscription")
            and self.context.get("subscription") == subscription_id
        )
