"""How much is read at most, so that no file takes the machine's memory or a day."""

from __future__ import annotations

MOST_BYTES = 64 * 2**20
"""Of a file as it is given, and of each file inside an archive once it is unpacked."""
MOST_UNPACKED_BYTES = 256 * 2**20
"""Of all files inside an archive together."""
MOST_MEMBERS = 10_000
"""Files inside an archive."""
MOST_CELLS = 15_000_000
"""Of a table, empty ones too."""
MOST_MEASUREMENTS = 5_000_000
"""Of all curves of a file together."""
MOST_COLUMNS = 5_000
MOST_SERIES = 10_000
MOST_CURVES = 1_000
LONGEST_NAME = 200
