"""The choice of unit that every page about information shares."""

from __future__ import annotations

import math

from pages.components.inputs.kept_choice import kept_choice

BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}


def base_choice(key: str) -> float:
    """Show the choice of unit and return the base of the logarithm.

    Args:
        key: Unique in the app; the choice lives in the session, and in the address as `unit`.
    """
    unit = kept_choice(
        "Unit",
        list(BASES),
        key=key,
        link="unit",
        help="bits: base 2, nats: base e, dits: base 10",
    )
    return BASES[unit]
