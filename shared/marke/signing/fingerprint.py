"""Six words for two people on the telephone: 72 bits of a hash, in syllables that Dutch and English ears keep apart.

Each word is two syllables of six bits. The onsets leave out g, v and z (Dutch speakers merge v with f, z with s, and g
with h), the vowels leave out e. Protocol 2.3.
"""

import hashlib
from typing import Final

from marke.signing.keys import PublicKey

_ONSETS: Final = ("b", "d", "f", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "w", "kr", "st")
_VOWELS: Final = ("a", "i", "o", "u")
_WORDS: Final = 6
_BITS: Final = 12


def six_words(data: bytes) -> str:
    """Return six lower-case words that stand for the data; two different inputs share them once in 2^72.

    The data is hashed here, so any bytes may be given: a payload, a raw key.
    """
    number = int.from_bytes(hashlib.sha256(data).digest()[: _WORDS * _BITS // 8], "big")
    words = [_word(number >> _BITS * place & (2**_BITS - 1)) for place in reversed(range(_WORDS))]
    return " ".join(words)


def root_fingerprint(payload: bytes) -> str:
    """Return the words of a root: of its payload, so that adding a signature does not change them."""
    return six_words(payload)


def key_fingerprint(key: PublicKey) -> str:
    """Return the words of a public key, which an operator compares at enrolment."""
    return six_words(key.raw)


def tidy(fingerprint: str) -> str:
    """Return what somebody typed in the one spelling: lower case, single spaces, hyphens as spaces."""
    return " ".join(fingerprint.lower().replace("-", " ").split())


def _word(bits: int) -> str:
    return _syllable(bits >> 6) + _syllable(bits & 63)


def _syllable(bits: int) -> str:
    return _ONSETS[bits >> 2] + _VOWELS[bits & 3]
