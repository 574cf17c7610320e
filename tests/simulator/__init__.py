"""Tests of the simulated Nomos API."""
