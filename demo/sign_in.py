"""The sign-in: a customer consents in the browser, and a contract is there."""

from dataclasses import dataclass

from . import contract, loads
from .client import Client
from .contract import DOMAIN
from .nomos import PROGRAM, Nomos
from .pictures import Album
from .report import Report

CUSTOMER = "Samira Quandt"
"""The second customer of the scenario `neighbours`, whose appointment is set."""

_TITLE = "Kastanienallee 18"
_STATUS = "sensor.kastanienallee_18_meter_order_status"


async def prepare(client: Client, nomos: Nomos) -> None:
    """Enter the program's credentials, and register where it has customers sent."""
    client_id, secret = PROGRAM
    await client.command(
        "application_credentials/create",
        domain=DOMAIN,
        client_id=client_id,
        client_secret=secret,
        name="Nomos (simulated)",
    )
    # A browser that goes to this machine by its name comes back to the name.
    by_name = client.url.replace("127.0.0.1", "localhost")
    await nomos.register_program(
        *(f"{url}/auth/external/callback" for url in (client.url, by_name))
    )


@dataclass(kw_only=True)
class SignIn:
    """Adds a contract by a customer's consent, and removes it again."""

    report: Report
    album: Album
    client: Client
    nomos: Nomos

    async def go_through(self) -> None:
        """Deny, then consent, and see whose contract has been added."""
        await prepare(self.client, self.nomos)
        before = await contract.titles(self.client)
        self.report.compare(
            "credentials are renewed with the closed section left alone",
            "Reconfiguration was successful",
            (await self.album.reconfigure(contract.TITLE)).strip(),
        )
        refusal = await self.album.denied_sign_in(self.nomos.url)
        self.report.compare(
            "who denies the consent has added nothing",
            ["Account linking rejected: access_denied", before],
            [refusal, await contract.titles(self.client)],
        )
        await self.album.sign_in(self.nomos.url, CUSTOMER)
        self.report.compare(
            "who consents in the browser comes back, and the contract is added",
            [*before, _TITLE],
            await contract.titles(self.client),
        )
        self.report.compare(
            "it is the contract of the customer who has consented",
            "installation_scheduled",
            await loads.state_soon(self.client, _STATUS, "installation_scheduled"),
        )
        await contract.remove(self.client, _TITLE)
