"""Identifiers in the API's shape: a prefix and 24 letters and digits."""

from hashlib import sha256
import secrets
from string import ascii_lowercase, digits

_ALPHABET = digits + ascii_lowercase
_LENGTH = 24


def new_id(prefix: str) -> str:
    """Draw an identifier that nothing else has."""
    return prefix + "_" + "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


def stable_id(prefix: str, seed: str) -> str:
    """Derive an identifier that is the same in every run."""
    number = int.from_bytes(sha256(seed.encode()).digest())
    letters = []
    for _ in range(_LENGTH):
        number, index = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[index])
    return prefix + "_" + "".join(letters)
