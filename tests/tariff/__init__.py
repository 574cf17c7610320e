"""Tests of what the data means, without any input or output."""
