"""Floating-point formats narrower than numpy's own, emulated operation by operation.

bfloat16 is the upper half of a float32. Its results are those of float32 rounded to nearest, ties
to even, on the bits: that is what processors and PyTorch's kernels on CPU do, which compute one
operation in float32 and round the result. float16 is computed in the same way. The 24 binary
digits of float32 are at least 2 · 11 + 2, so that a sum, product or quotient that is rounded twice
is the same as if it were rounded once.

Source: PyTorch, c10/util/BFloat16.h (round_to_nearest_even) and c10/util/Half.h; on rounding twice
S. A. Figueroa, When is double rounding innocuous? (1995).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Wide = NDArray[Any]


@dataclass(frozen=True)
class Precision:
    """A floating-point format.

    Attributes:
        name: As in torch, "float16", "bfloat16", "float32" or "float64".
        wide: numpy's type in which single operations are computed.
        unit_roundoff: Largest relative error of rounding a number of normal size, 2^−p for p
            binary digits.
        largest: Largest finite number.
        smallest: Smallest positive number, a subnormal one.
        narrow: Rounds numbers of the type `wide` to this format; they stay of that type.
    """

    name: str
    wide: type[np.floating]
    unit_roundoff: float
    largest: float
    smallest: float
    narrow: Callable[[Wide], Wide]

    def exp(self, values: Wide) -> Wide:
        """Return exp in the type `wide`, correctly rounded where that is float32."""
        with np.errstate(over="ignore", under="ignore"):
            return np.exp(values.astype(np.float64)).astype(self.wide)

    def log(self, values: Wide) -> Wide:
        """Return the natural logarithm, as `exp`; −inf at 0 and NaN below it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.log(values.astype(np.float64)).astype(self.wide)

    def rounded(self, values: ArrayLike) -> Wide:
        """Return the nearest numbers of this format, as an array of the type `wide`.

        Values beyond the largest one become infinite; a float64 on its way to 16 bits is rounded
        to float32 first, as `torch.tensor(…, dtype=…)` does.
        """
        with np.errstate(over="ignore", under="ignore"):
            return self.narrow(np.asarray(values, dtype=np.float64).astype(self.wide))


def round_to_bfloat16(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round float32 to the nearest bfloat16, ties to even.

    Args:
        values: float32 numbers of any shape; infinities and NaN stay what they are.

    Returns:
        float32 of the same shape whose lower 16 bits are 0.
    """
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    last_kept = (bits >> np.uint32(16)) & np.uint32(1)
    # Just below half for an even last bit, half for an odd one: a tie goes to the even neighbour.
    up = (bits + np.uint32(0x7FFF) + last_kept) & np.uint32(0xFFFF0000)
    return np.where(
        np.isnan(values), np.float32(np.nan), up.view(np.float32).reshape(np.shape(values))
    )


def round_to_float16(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Round float32 to the nearest float16, ties to even; the result stays a float32 array."""
    with np.errstate(over="ignore", under="ignore"):
        return values.astype(np.float16).astype(np.float32)


def _unchanged(values: Wide) -> Wide:
    return values


def _precision(
    name: str, wide: type[np.floating], digits: int, lowest: int, highest: int, narrow: Any
) -> Precision:
    """Build a format of `digits` binary digits and normal exponents from `lowest` to `highest`."""
    unit = 2.0**-digits
    return Precision(
        name,
        wide,
        unit,
        # 2^(highest + 1) itself would be infinite in float64.
        2.0**highest * (2.0 - 2.0 * unit),
        2.0 ** (lowest - digits + 1),
        narrow,
    )


PRECISIONS: Mapping[str, Precision] = MappingProxyType(
    {
        precision.name: precision
        for precision in (
            _precision("float16", np.float32, 11, -14, 15, round_to_float16),
            _precision("bfloat16", np.float32, 8, -126, 127, round_to_bfloat16),
            _precision("float32", np.float32, 24, -126, 127, _unchanged),
            _precision("float64", np.float64, 53, -1022, 1023, _unchanged),
        )
    }
)
"""Name → format, from the narrowest to the widest of each family."""


def format_named(name: str) -> Precision:
    """Return the entry of `PRECISIONS`.

    Raises:
        ValueError: An unknown name.
    """
    if name not in PRECISIONS:
        raise ValueError(f"“{name}” is not a known format; use {', '.join(PRECISIONS)}.")
    return PRECISIONS[name]
