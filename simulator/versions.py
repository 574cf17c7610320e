"""The versions of the API."""

CURIE = "2026-05-27.curie"
EDISON = "2026-01-29.edison"

NEWEST_FIRST = (CURIE, EDISON)
