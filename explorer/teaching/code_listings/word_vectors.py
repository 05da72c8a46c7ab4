"""Code of skip-gram: one neighbour, negative sampling, and a whole text."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from explorer.core.skip_gram import negative_sampling_loss, skip_gram_loss, window_average
from explorer.teaching.code_listings.listing import Listing, assigned, listing


def skip_gram_listing(outputs: ArrayLike, centre: ArrayLike, context: int) -> Listing:
    """Return the loss of one neighbour under the full softmax, twice.

    Args:
        outputs: Output vectors u [V, D].
        centre: Input vector v [D].
        context: Index of the neighbour.
    """
    code = f"""\
{assigned("U", outputs)}
{assigned("v", centre)}
context = {int(context)}

scores = U @ v
by_vectors = -U[context] @ v + torch.logsumexp(scores, dim=0)
by_cross_entropy = F.cross_entropy(scores[None], torch.tensor([context]))"""
    loss = skip_gram_loss(outputs, centre, context)
    return listing(code, {"by_vectors": loss, "by_cross_entropy": loss})


def negative_sampling_listing(
    outputs: ArrayLike, centre: ArrayLike, context: int, negatives: Sequence[int]
) -> Listing:
    """Return the loss of one neighbour under negative sampling, twice.

    Args:
        outputs: Output vectors u [V, D].
        centre: Input vector v [D].
        context: Index of the neighbour.
        negatives: Indices of the words drawn as noise [K].
    """
    code = f"""\
{assigned("U", outputs)}
{assigned("v", centre)}
context, negatives = {int(context)}, {[int(one) for one in negatives]}

positive = -F.logsigmoid(U[context] @ v)
by_vectors = positive - F.logsigmoid(-U[negatives] @ v).sum()
scores = U[[context, *negatives]] @ v
labels = torch.zeros_like(scores)
labels[0] = 1
by_labels = F.binary_cross_entropy_with_logits(scores, labels, reduction="sum")"""
    loss = negative_sampling_loss(outputs, centre, context, negatives)
    return listing(code, {"by_vectors": loss, "by_labels": loss})


def window_listing(
    outputs: ArrayLike, inputs: ArrayLike, text: Sequence[int], window: int
) -> Listing:
    """Return the skip-gram objective over a text.

    Args:
        outputs: Output vectors u [V, D].
        inputs: Input vectors v [V, D].
        text: Word indices [T].
        window: m, neighbours to each side.
    """
    code = f"""\
{assigned("U", outputs)}
{assigned("V", inputs)}
text, m = torch.tensor({[int(word) for word in text]}), {int(window)}

objective = torch.tensor(0.0, dtype=torch.float64)
for t in range(len(text)):
    neighbours = torch.cat([text[max(0, t - m) : t], text[t + 1 : t + 1 + m]])
    log_p = F.log_softmax(U @ V[text[t]], dim=0)
    objective -= log_p[neighbours].sum() / len(text)"""
    return listing(code, {"objective": window_average(outputs, inputs, text, window)})
