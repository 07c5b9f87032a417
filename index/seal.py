"""A JSON object that carries the SHA-256 of its own bytes, so that one flipped byte in it is found.

The seal is the object's last member; what reads the object and doesn't ask for the seal sees one more name.
"""

from __future__ import annotations

import hashlib
import re

_SEAL = re.compile(rb',\n "sha256": "([0-9a-f]{64})"\n}\n\Z')


class BrokenSealError(ValueError):
    """The bytes aren't those that were sealed, or were never sealed."""


def seal(content: bytes) -> bytes:
    """*content*, the bytes of a JSON object that isn't empty, with its seal."""
    body = content.rstrip().removesuffix(b"}").rstrip()
    return body + f',\n "sha256": "{hashlib.sha256(body).hexdigest()}"\n}}\n'.encode()


def unseal(data: bytes) -> bytes:
    """The object that `seal` was given. Raises `BrokenSealError`."""
    found = _SEAL.search(data)
    if found is None or hashlib.sha256(data[: found.start()]).hexdigest().encode() != found[1]:
        raise BrokenSealError
    return data[: found.start()] + b"}"
