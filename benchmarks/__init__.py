"""Measurements of this integration, and of Home Assistant's own Nord Pool beside it."""

# It must come before Home Assistant, whose clock could not be frozen otherwise.
from pytest_homeassistant_custom_component import patch_time as patch_time
