"""One cell of a table as a number, in all the ways in which programs and people write numbers."""

from __future__ import annotations

import math
import re
import unicodedata

POINT, COMMA = ".", ","
LONGEST = 200
"""Characters of a cell that can be a number, with all that stands around it."""

MISSING = frozenset(
    ("", "none", "na", "n/a", "null", "nil", "-", "–", "—", "--", "---", "<na>", "nat", "#n/a")
)
"""What stands for no measurement, in small letters."""
_WORDS = {
    "nan": math.nan, "+nan": math.nan, "-nan": math.nan, "1.#qnan": math.nan,
    "-1.#ind": math.nan, "#num!": math.nan,
    "inf": math.inf, "+inf": math.inf, "infinity": math.inf, "+infinity": math.inf,
    "∞": math.inf, "+∞": math.inf, "1.#inf": math.inf,
    "-inf": -math.inf, "-infinity": -math.inf, "-∞": -math.inf, "-1.#inf": -math.inf,
}  # fmt: skip
_UNITS = (
    "%|s|secs?|seconds?|ms|us|µs|ns|mins?|minutes?|h|hrs?|hours?|it/s|s/it|B|KB|MB|GB|KiB|MiB|GiB"
    "|W|°C|bits?|nats?|dits?|bpc|dB"
)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_FORTRAN = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))[dD]([+-]?\d+)", re.ASCII)
_WITH_UNIT = re.compile(rf"(.*[\d.]|[+-]?(?:nan|inf))\s*({_UNITS})", re.DOTALL)
# tensor(2.0, device='cuda:0'), np.float64(2.0), tf.Tensor(2.0, shape=(), dtype=float32), [2.0]
_WRAPPED = re.compile(
    r"(?:[A-Za-z_][\w.]*\(\s*\[?|\[)\s*([^\s,()\[\]]+?)\s*\]?(?:\s*,[^\[\]]*)?\)?"
)
_CLOCK_TIME = re.compile(r"(?:(\d+) days?,? )?(?:(\d+):)?(\d+):(\d\d(?:\.\d+)?)", re.ASCII)
_GROUPED = {
    POINT: re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE),
    COMMA: re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?(e[+-]?\d+)?", re.ASCII | re.IGNORECASE),
}
_ONLY_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
# Between digits: space, no-break spaces, apostrophes, Python's underscore.
_SPACERS = re.compile("(?<=\\d)[ _'\u2019\u00a0\u2009\u202f](?=\\d{3}(?!\\d))")


class OutOfRange(ValueError):
    """A number that 64 bits cannot hold."""


def is_missing(text: str) -> bool:
    """Tell whether a cell says that nothing was measured."""
    return text.strip().lower() in MISSING


def number_of(text: str, mark: str = POINT) -> tuple[float, str] | None:
    """Read a cell: what it says, and the unit written behind it or ""; None if it is no number.

    Of `POINT` and `COMMA`, `mark` is what stands before decimals; the other one groups thousands.

    Raises:
        OutOfRange: The number is too large for 64 bits.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    if len(text) > LONGEST:
        return None
    if text.lower() in _WORDS:
        return _WORDS[text.lower()], ""
    if (number := _plain(text, mark)) is not None:
        return number, ""
    if wrapped := _WRAPPED.fullmatch(text):
        return number_of(wrapped[1], mark) if wrapped[1] != text else None
    if found := _WITH_UNIT.fullmatch(text):
        written = found[1].strip()
        number = _WORDS[written] if written in _WORDS else _plain(written, mark)
        return None if number is None else (number, found[2])
    if found := _CLOCK_TIME.fullmatch(text):
        days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds, "s"
    return None


def plain_number(text: str) -> float | None:
    """Read a cell with a number as every program writes it; None of any other one."""
    text = text.strip()
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    value = float(text) if _PLAIN.fullmatch(text) else math.inf
    return None if math.isinf(value) else value


def _plain(text: str, mark: str) -> float | None:
    if not text.isascii():
        text = "".join(_digit(one) for one in text)
        text = text.replace("\N{ARABIC DECIMAL SEPARATOR}", mark)
    text = _SPACERS.sub("", text)
    if _GROUPED[mark].fullmatch(text):
        text = text.replace(COMMA if mark == POINT else POINT, "")
    if mark == COMMA:
        text = text.replace(COMMA, POINT)
    if found := _FORTRAN.fullmatch(text):
        text = f"{found[1]}e{found[2]}"
    if not _PLAIN.fullmatch(text):
        return None
    value = float(text)
    if math.isinf(value):
        raise OutOfRange(text)
    return value


def _digit(one: str) -> str:
    """Return a decimal digit of any script in ASCII, any space as one, all else as it is."""
    if one in "\u00a0\u2009\u202f":
        return " "
    digit = unicodedata.decimal(one, None)
    return one if digit is None else str(digit)


def decimal_marks(text: str) -> frozenset[str]:
    """Return the decimal marks that a cell may be written with.

    Both where it does not tell, as "1,234" or "12"; none where it is no number with either.
    """
    text = text.strip().removesuffix("%").strip()
    if len(text) > LONGEST:
        return frozenset()
    text = _SPACERS.sub("", text)
    fits = {COMMA} if _ONLY_DECIMAL_COMMA.fullmatch(text) else set()
    # No one groups thousands behind a leading 0.
    if not text.lstrip("+-").startswith("0,") and _GROUPED[POINT].fullmatch(text):
        fits.add(POINT)
    if _GROUPED[COMMA].fullmatch(text) and not text.lstrip("+-").startswith("0."):
        fits.add(COMMA)
    if _PLAIN.fullmatch(text):
        fits.add(POINT)
        if POINT not in text:
            fits.add(COMMA)
    return frozenset(fits)
