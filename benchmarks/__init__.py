"""Measurements: how long set-up takes, how often Nomos is asked, how much is written."""
