"""A guard against PySide6 6.12.0 on Python 3.11, which loses a reference of None or True with every call into Qt.

Those builds return the constants as Python 3.12 allows, where they are immortal (PEP 683). Python 3.11 counts their
references, and ends the program with "deallocating None" or "deallocating True or False" after some thousand calls:
measured here as one reference of True for every `emit`, and one of None for every call without a result.
So the constants are made as good as immortal before the first call. Does nothing on Python 3.12 and later.
"""

from __future__ import annotations

import ctypes
import sys

MANY = 1 << 40
"""More references than any session can lose: at a million calls a second they last for twelve days."""

_protected = False


def protect_constants() -> bool:
    """Raise the reference counts of None, True and False, once; whether that was needed and done.

    The count is the first machine word of an object in CPython before 3.12.
    """
    global _protected
    counted = sys.version_info < (3, 12) and sys.implementation.name == "cpython" and sys.maxsize > 1 << 32
    if _protected or not counted:
        return False
    for constant in (None, True, False):
        ctypes.c_ssize_t.from_address(id(constant)).value += MANY
    _protected = True
    return True
