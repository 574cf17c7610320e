"""Tests of the blueprints, run in Home Assistant."""
