"""What a check found, a line each."""

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass


class Report:
    """Counts what is as expected, and says what is not."""

    def __init__(self) -> None:
        """Start with nothing checked."""
        self._passed = 0
        self._failed = 0

    @property
    def good(self) -> bool:
        """Tell whether nothing failed."""
        return self._failed == 0

    def compare(self, what: str, expected: object, seen: object) -> None:
        """Note whether something is seen as expected."""
        if expected == seen:
            self._passed += 1
            self._say(f"ok      {what}")
        else:
            self._failed += 1
            self._say(f"FAILED  {what}: {_difference(expected, seen)}")

    def fail(self, what: str, reason: str) -> None:
        """Note that something could not be gone through with."""
        self._failed += 1
        self._say(f"FAILED  {what}: {reason}")

    def summarise(self) -> None:
        """Say how many checks passed and failed."""
        self._say(f"\n{self._passed} passed, {self._failed} failed")

    @staticmethod
    def _say(text: str) -> None:
        print(text, flush=True)


def _difference(expected: object, seen: object) -> str:
    was, is_now = _fields(expected), _fields(seen)
    return "; ".join(
        f"{name} is {is_now.get(name)!r}, not {value!r}".lstrip()
        for name, value in was.items()
        if is_now.get(name) != value
    )


def _fields(thing: object) -> Mapping[str, object]:
    if is_dataclass(thing) and not isinstance(thing, type):
        return asdict(thing)
    return {"it": thing}
