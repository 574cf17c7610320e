"""Tests of the Nomos Smart Meter project."""
