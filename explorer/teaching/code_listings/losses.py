"""Code of the three forms and of a batch of examples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.binary_losses import sigmoid_binary_cross_entropy
from explorer.core.distributions import one_hot
from explorer.core.gather_slip import gathered_cross_entropy, indexed_columns_cross_entropy
from explorer.core.multiclass_losses import softmax_cross_entropy
from explorer.teaching.code_listings.listing import Listing, assigned, listing


def softmax_listing(logits: ArrayLike, labels: ArrayLike) -> Listing:
    """Return softmax cross-entropy of one example, with a class index where one label is true.

    Args:
        logits: z, finite numbers [C].
        labels: Each 0 or 1 [C], at least one true; of several each gets an equal share.

    Raises:
        ValueError: No true label, or as `softmax_cross_entropy`.
    """
    z = np.asarray(logits, dtype=np.float64)
    y = np.asarray(labels, dtype=np.float64)
    if not y.any():
        raise ValueError("Softmax cross-entropy needs a true class.")
    loss = float(softmax_cross_entropy(z, y / y.sum()))
    if y.sum() == 1:
        target = f"target = torch.tensor([{int(y.argmax())}])  # class index, counted from 0"
    else:
        target = f"{assigned('labels', [y])}\ntarget = labels / labels.sum()  # a distribution"
    code = f"""\
{assigned("logits", [z])}
{target}
loss = F.cross_entropy(logits, target)"""
    return listing(code, {"loss": loss})


def sigmoid_listing(logits: ArrayLike, labels: ArrayLike) -> Listing:
    """Return the sigmoid cross-entropy of each label, their sum and their mean.

    Args:
        logits: z, finite numbers [C].
        labels: Each in [0, 1], [C].
    """
    losses = sigmoid_binary_cross_entropy(logits, labels)
    code = f"""\
{assigned("logits", logits)}
{assigned("labels", labels)}
losses = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
total, mean = losses.sum(), losses.mean()"""
    return listing(code, {"total": float(losses.sum()), "mean": float(losses.mean())})


def one_node_listing(logit: float, label: int) -> Listing:
    """Return the binary cross-entropy of one node, and the same as a softmax of two classes."""
    loss = float(sigmoid_binary_cross_entropy(logit, label))
    code = f"""\
{assigned("logit", [logit])}
{assigned("label", [label])}
loss = F.binary_cross_entropy_with_logits(logit, label)

two = torch.stack([logit, torch.zeros_like(logit)], dim=1)
as_softmax = F.cross_entropy(two, torch.tensor([{0 if label else 1}]))"""
    return listing(code, {"loss": loss, "as_softmax": loss})


def batch_listing(logits: ArrayLike, targets: ArrayLike) -> Listing:
    """Return the mean loss of a batch in four spellings of the same thing.

    Args:
        logits: z, finite numbers [B, C].
        targets: Class indices [B].
    """
    num_classes = np.shape(logits)[1]
    code = f"""\
{assigned("logits", logits)}
Y = torch.tensor({[int(one) for one in np.asarray(targets)]})

by_index = F.cross_entropy(logits, Y)
by_one_hot = F.cross_entropy(logits, F.one_hot(Y, {num_classes}).to(logits.dtype))
by_nll = F.nll_loss(F.log_softmax(logits, dim=1), Y)
true_logit = logits.gather(1, Y[:, None])[:, 0]
by_gather = (torch.logsumexp(logits, dim=1) - true_logit).mean()"""
    sparse = gathered_cross_entropy(logits, targets)
    dense = float(softmax_cross_entropy(logits, one_hot(targets, num_classes)).mean())
    names = ("by_index", "by_one_hot", "by_nll", "by_gather")
    return listing(code, dict(zip(names, (sparse, dense, sparse, sparse), strict=True)))


def gather_listing(logits: ArrayLike, targets: ArrayLike) -> Listing:
    """Return the loss with the true logits gathered, and with whole columns indexed.

    Args:
        logits: z, finite numbers [B, C].
        targets: Class indices [B].
    """
    rows = len(np.asarray(targets))
    code = f"""\
{assigned("output", logits)}
Y = torch.tensor({[int(one) for one in np.asarray(targets)]})
log_total = torch.logsumexp(output, dim=1, keepdim=True)  # {rows} × 1

gathered = (log_total - output.gather(1, Y[:, None])).mean()  # {rows} × 1
slipped = (log_total - output[:, Y]).mean()  # {rows} × {rows}"""
    return listing(
        code,
        {
            "gathered": gathered_cross_entropy(logits, targets),
            "slipped": indexed_columns_cross_entropy(logits, targets),
        },
    )
