"""The choice of unit that every page about information shares."""

from __future__ import annotations

import math

from pages.components.address import parameters
from pages.components.address.parameters import Parameter
from pages.components.inputs.lasting_inputs import lasting_choice

BASES = {"bits": 2.0, "nats": math.e, "dits": 10.0}
UNIT = Parameter(
    "unit",
    parameters.option("unit", BASES).parse,
    lambda base: next(name for name, one in BASES.items() if one == base),
)
"""The unit in the address, as the base of the logarithm."""


def base_choice(key: str) -> float:
    """Show the choice of unit and return the base of the logarithm.

    Args:
        key: Unique in the app; the choice lives in the session, and in the address as `unit`.
    """
    unit = lasting_choice(
        "Unit",
        list(BASES),
        key=key,
        link="unit",
        bare=True,
    )
    return BASES[unit]
