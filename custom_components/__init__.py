"""Custom integrations, as a package so that the tests can import it."""
