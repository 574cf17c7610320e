"""Tests of the integration in Home Assistant, over real HTTP to the simulator."""
