"""What the supplier's data means: pure functions on plain values."""
