"""What a listing is, and how its lines are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_IMPORTS = "import torch\nimport torch.nn.functional as F\n"
_WIDTH = 74


@dataclass(frozen=True)
class Listing:
    """Code and what it computes.

    Attributes:
        code: Python source that needs torch alone, or torch and numpy; it prints its results.
        results: Variable of the code → the number that the page shows for it.
    """

    code: str
    results: Mapping[str, float]


def listing(code: str, results: Mapping[str, float]) -> Listing:
    """Return the code with its imports, and lines that print the results.

    Args:
        code: The lines between the imports and the printed results.
        results: Variable → number.
    """
    printed = "\n".join(f"print({name}.item())" for name in results)
    return Listing(f"{_IMPORTS}\n{code}\n\n{printed}", dict(results))


def assigned(name: str, values: ArrayLike) -> str:
    """Return `name = torch.tensor(…, dtype=torch.float64)`, on several lines where it is long."""
    rows = np.asarray(values, dtype=np.float64).tolist()
    line = f"{name} = torch.tensor({rows}, dtype=torch.float64)"
    if len(line) <= _WIDTH:
        return line
    inner = "".join(f"        {row},\n" for row in rows)
    return f"{name} = torch.tensor(\n    [\n{inner}    ],\n    dtype=torch.float64,\n)"
