"""Code of the ways to a loss in numbers of limited precision."""

from __future__ import annotations

from explorer.core.random_logits import random_losses
from explorer.core.stability import read_gap
from explorer.teaching.code_listings.listing import Listing, listing


def gap_listing(gap: float, precision: str, *, right: bool) -> Listing:
    """Return the three ways to the loss of two classes, in this format.

    Args:
        gap: Difference of the logits.
        precision: Name of the format, as in torch.
        right: Whether the class with the higher logit is the true one.
    """
    code = f"""\
z = torch.tensor([{gap!r}, 0.0], dtype=torch.{precision})
y = {0 if right else 1}

e = torch.exp(z)
naive = -torch.log(e[y] / e.sum())
softmax_then_log = -torch.log(torch.softmax(z, dim=0)[y])
log_softmax = -torch.log_softmax(z, dim=0)[y]
cross_entropy = F.cross_entropy(z[None], torch.tensor([y]))"""
    losses = read_gap(gap, precision, right=right).losses
    return listing(code, {**losses, "cross_entropy": losses["log_softmax"]})


def random_logits_listing(
    features: int, classes: int, draws: int, seed: int, precision: str
) -> Listing:
    """Return the losses of random logits, by log_softmax and by softmax and then log.

    Args:
        features: Length of x.
        classes: Number of logits.
        draws: Number of examples.
        seed: Of numpy's generator.
        precision: Name of the format, as in torch.
    """
    read = random_losses(features, classes, draws, seed, precision)
    code = f"""\
draw = np.random.default_rng({seed})
# Given x, its products with normal rows of w are normal
# of variance |x|², which has a χ² distribution.
length = np.sqrt(draw.chisquare({features}, {draws}))
normal = draw.standard_normal(({draws}, {classes}))
z = torch.tensor(length[:, None] * normal, dtype=torch.{precision})
target = torch.zeros({draws}, dtype=torch.long)

log_q = F.log_softmax(z, dim=1)  # as in cross_entropy
stable = F.nll_loss(log_q, target, reduction="none")
log_q = torch.log(torch.softmax(z, dim=1))
naive = F.nll_loss(log_q, target, reduction="none")
mean = stable.double().mean()
share_infinite = naive.isinf().double().mean()"""
    found = listing(code, {"mean": read.mean, "share_infinite": read.share_infinite})
    return Listing(f"import numpy as np\n{found.code}", found.results)
