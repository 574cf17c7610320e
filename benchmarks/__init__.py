"""Measurements: how long set-up takes, how often Nomos is asked, how much is written."""

# It must come before Home Assistant, whose clock could not be frozen otherwise.
from pytest_homeassistant_custom_component import patch_time as patch_time
