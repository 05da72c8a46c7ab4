"""How numbers are written on screen."""

from __future__ import annotations

import math
from decimal import Decimal


def written(value: float | Decimal, digits: int = 6) -> str:
    """Write a number with up to `digits` significant digits, ∞ as ∞ and a true minus sign.

    Small and large magnitudes are written as powers of ten, so that nothing is rounded to 0.
    """
    if math.isnan(value):
        return "not a number"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == 0:
        return "0"
    magnitude = -value if value < 0 else value
    if 1e-4 <= magnitude < 1e7:
        decimals = max(0, digits - 1 - math.floor(math.log10(magnitude)))
        text = f"{value:.{decimals}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
    else:
        mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
        mantissa = mantissa.rstrip("0").rstrip(".")
        power = str(int(exponent)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        text = f"{mantissa}·10{power}"
    return text.replace("-", "−")


def measured(value: float | Decimal, unit: str, digits: int = 6) -> str:
    """Write a number with its unit, a single one in the singular: "2 bits", "1 bit".

    Args:
        value: Finite, infinite or NaN.
        unit: Name of the unit in the plural, from `unit_name`.
        digits: Significant digits at most.
    """
    number = written(value, digits)
    return f"{number} {unit.removesuffix('s') if number == '1' else unit}"


def duration(seconds: float) -> str:
    """Write a time in the unit that people would use: "12 s", "3 min", "1.5 h"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
