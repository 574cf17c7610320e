"""Whether Nomos is there."""

from http import HTTPMethod

from .errors import NomosResponseError
from .transport import Transport


async def check_health(transport: Transport) -> None:
    """Return if the API says that it is well; this needs no credentials.

    Raises:
        NomosError: It does not, or cannot be reached.
    """
    body = await transport.request(HTTPMethod.GET, "health")
    if body.strip().upper() != b"OK":
        raise NomosResponseError("the health check is not OK")
