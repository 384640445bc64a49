"""A hash of texts by which words are known to what was learnt."""

from __future__ import annotations

from zlib import crc32


def text_hash(text: str) -> int:
    """A hash that is the same in every process and on every platform (Python's own is salted)."""
    return crc32(text.encode("utf-8", "surrogatepass"))
