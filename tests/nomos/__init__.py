"""Tests of the API client, over real HTTP to the simulator."""
