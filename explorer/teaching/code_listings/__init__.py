"""PyTorch code that gives the very numbers on screen, written out from the current values.

Numbers are written with every digit of their float64, so that the code and the page compute from
the same input. Nothing here imports torch; a test runs each listing and compares.
"""

from __future__ import annotations

from explorer.teaching.code_listings.listing import Listing
from explorer.teaching.code_listings.losses import (
    batch_listing,
    gather_listing,
    one_node_listing,
    sigmoid_listing,
    softmax_listing,
)
from explorer.teaching.code_listings.precision import gap_listing, random_logits_listing
from explorer.teaching.code_listings.word_vectors import (
    negative_sampling_listing,
    skip_gram_listing,
    window_listing,
)

__all__ = [
    "Listing",
    "batch_listing",
    "gap_listing",
    "gather_listing",
    "negative_sampling_listing",
    "one_node_listing",
    "random_logits_listing",
    "sigmoid_listing",
    "skip_gram_listing",
    "softmax_listing",
    "window_listing",
]
