"""Constants of the Nomos Smart Meter integration."""

from datetime import timedelta
import logging

DOMAIN = "nomos_smartmeter"
LOGGER = logging.getLogger(__package__)

CONF_AUTH_IMPLEMENTATION = "auth_implementation"
CONF_BASE_URL = "base_url"
CONF_CLOUDHOOK = "cloudhook"
CONF_PREVIEW_PRICES = "preview_prices"
CONF_SUBSCRIPTION = "subscription"
CONF_WEBHOOK_ENABLED = "webhook_enabled"
CONF_SIGNING_KEY = "webhook_secret"
SECTION_ADVANCED = "advanced"

SUPPORT = "support@nomos.energy"
"""Who is asked where an order contradicts one that is there."""

POLL_INTERVAL = timedelta(days=1)
"""Orders move in weeks; once a day is what Nomos asks for."""

ANSWER_STANDS = timedelta(hours=72)
"""How long the last known answer is shown while Nomos cannot be asked."""

PRICES_KEPT = timedelta(days=31)
"""How long prices of past days are kept for whoever asks."""
