"""One value of JSON, as files of any tool hold it."""

from __future__ import annotations

import json
from typing import Any

import orjson


def json_value(text: bytes) -> Any:
    """Return what a text says in JSON, also with NaN and Infinity, which JSON does not have.

    Args:
        text: One value, such as an object; UTF-8.

    Raises:
        json.JSONDecodeError: It is none; with line and column.
        ValueError: It is not UTF-8, or holds a number with too many digits.
        RecursionError: It is nested too deeply.
    """
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
