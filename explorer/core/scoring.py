"""Scoring rules for probability forecasts, as losses: what a forecast costs once the outcome is in.

The logarithmic and the Brier score are strictly proper: in expectation nothing costs less than
forecasting what one believes. The linear score is not: it rewards whoever overstates the likeliest
outcome. The log score is the cross-entropy of a one-hot p, so that H(p, q) is its expectation.

Source: T. Gneiting, A. E. Raftery, Strictly Proper Scoring Rules, Prediction, and Estimation,
Journal of the American Statistical Association 102 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from explorer.core.information import cross_entropy, self_information
from explorer.core.validation import (
    FloatArray,
    broadcast_shape,
    check_broadcast,
    class_indices,
    validate_probabilities,
)


def log_score(outcomes: ArrayLike, forecasts: ArrayLike, *, base: float = 2.0) -> FloatArray:
    """Return −log q[y], the surprise of each outcome under its forecast.

    Args:
        outcomes: Class indices [...], each from 0 to C − 1.
        forecasts: Distributions q [..., C]; the axes before C broadcast against the outcomes.
        base: Base of the logarithm.

    Returns:
        Scores [...] in units of the base, at least 0; inf where the outcome was given 0.

    Raises:
        ValueError: No distribution, no such class, shapes that do not broadcast, or an unusable
            base.
    """
    return self_information(_forecast_of_outcome(outcomes, forecasts), base=base)


def brier_score(outcomes: ArrayLike, forecasts: ArrayLike) -> FloatArray:
    """Return Σ (q − one-hot)², the squared error over all classes.

    Args and errors are those of `log_score`.

    Returns:
        Scores [...] without a unit, from 0 to 2.

    Source:
        G. W. Brier, Verification of Forecasts Expressed in Terms of Probability (1950).
    """
    q = validate_probabilities(forecasts)
    true = class_indices(outcomes, q.shape[-1])
    broadcast_shape(true.shape, "the outcomes", q.shape[:-1], "the forecasts")
    happened = true[..., np.newaxis] == np.arange(q.shape[-1])
    return np.square(q - happened).sum(axis=-1)


def linear_score(outcomes: ArrayLike, forecasts: ArrayLike) -> FloatArray:
    """Return 1 − q[y], which is not proper: see `expected_score`.

    Args and errors are those of `log_score`.

    Returns:
        Scores [...] without a unit, from 0 to 1.
    """
    return 1 - _forecast_of_outcome(outcomes, forecasts)


RULES = ("log", "brier", "linear")
"""Names of the scoring rules."""


def expected_score(p: ArrayLike, q: ArrayLike, rule: str, *, base: float = 2.0) -> FloatArray:
    """Return the score that a forecast q has on average when the outcomes come from p.

    Args:
        p: What the outcomes come from, or what the forecaster believes [..., C].
        q: What is forecast [..., C]; the axes before C broadcast against those of p.
        rule: "log", "brier" or "linear".
        base: Base of the logarithm, for the log score alone.

    Returns:
        Expected scores [...]; for "log" it is the cross-entropy H(p, q) in units of the base.

    Raises:
        ValueError: p or q is not a distribution, their classes differ in number, an unknown rule,
            or an unusable base.
    """
    _check_rule(rule)
    if rule == "log":
        return cross_entropy(p, q, base=base)
    true, forecast = validate_probabilities(p), validate_probabilities(q)
    check_broadcast(true, "p", forecast, "q")
    if rule == "linear":
        return 1 - (true * forecast).sum(axis=-1)
    # Σ p_y Σ (q − e_y)² = Σ (q − p)² + Σ p (1 − p): the second part is what honesty costs.
    return np.square(forecast - true).sum(axis=-1) + (true * (1 - true)).sum(axis=-1)


def score(outcomes: ArrayLike, forecasts: ArrayLike, rule: str, *, base: float = 2.0) -> FloatArray:
    """Return the scores by one of the rules.

    Args and errors are those of `log_score` and `expected_score`.

    Returns:
        Scores [...]; less is better by every rule.
    """
    _check_rule(rule)
    if rule == "log":
        return log_score(outcomes, forecasts, base=base)
    if rule == "brier":
        return brier_score(outcomes, forecasts)
    return linear_score(outcomes, forecasts)


def mean_forecast(forecasts: ArrayLike) -> FloatArray:
    """Return the mean of forecasts, the linear opinion pool with equal weights.

    Args:
        forecasts: Distributions [..., n, C], at least one.

    Returns:
        Distributions [..., C].

    Raises:
        ValueError: No distribution among them.

    Source:
        M. Stone, The Opinion Pool, Annals of Mathematical Statistics 32 (1961).
    """
    shape = np.shape(forecasts)
    if len(shape) < 2 or shape[-2] == 0:
        raise ValueError("A mean forecast needs at least one forecast.")
    return validate_probabilities(forecasts).mean(axis=-2)


@dataclass(frozen=True, slots=True)
class CrowdScore:
    """What a crowd's forecasts cost one by one, and what their mean costs.

    Attributes:
        mean: Mean of the scores.
        of_mean: Score of the mean forecast. Under a rule that is convex in q, as all three here
            are, it is at most `mean`, by Jensen's inequality.
    """

    mean: float
    of_mean: float


def crowd_score(outcome: int, forecasts: ArrayLike, rule: str, *, base: float = 2.0) -> CrowdScore:
    """Compare the forecasters [n, C] of one event with their mean forecast.

    Args and errors are those of `score` and `mean_forecast`.
    """
    together = mean_forecast(forecasts)
    return CrowdScore(
        mean=float(score(outcome, forecasts, rule, base=base).mean()),
        of_mean=float(score(outcome, together, rule, base=base)),
    )


@dataclass(frozen=True, slots=True)
class ScoreSum:
    """The sum of scores over several events.

    Attributes:
        total: Of all scores; inf where one of them is.
        finite: Of those that are finite.
        infinite: How many are not.
    """

    total: float
    finite: float
    infinite: int


def sum_of_scores(scores: ArrayLike) -> ScoreSum:
    """Add up scores, those that are infinite apart from the others.

    Args:
        scores: Any number of scores [n], none of them NaN.

    Raises:
        ValueError: A score is NaN, or they are no row of numbers.
    """
    values = np.asarray(scores, dtype=float)
    if values.ndim != 1 or np.isnan(values).any():
        raise ValueError("The scores to add up must be a row of numbers.")
    finite = np.isfinite(values)
    kept = float(values[finite].sum())
    infinite = int((~finite).sum())
    return ScoreSum(total=float("inf") if infinite else kept, finite=kept, infinite=infinite)


@dataclass(frozen=True, slots=True)
class BrierDecomposition:
    """The mean Brier score as reliability − resolution + uncertainty.

    Attributes:
        reliability: How far forecasts are from what happened where they were made; 0 is best.
        resolution: How much what happened differs between forecasts; more is better.
        uncertainty: Brier score of always forecasting the overall frequencies.
    """

    reliability: float
    resolution: float
    uncertainty: float

    @property
    def score(self) -> float:
        """The mean Brier score."""
        return self.reliability - self.resolution + self.uncertainty


def brier_decomposition(outcomes: ArrayLike, forecasts: ArrayLike) -> BrierDecomposition:
    """Split the mean Brier score over the groups of equal forecasts.

    Args:
        outcomes: Class indices [n], at least one.
        forecasts: Distributions [n, C]; forecasts with the same numbers make one group.

    Raises:
        ValueError: Not one distribution for each outcome, or no outcome.

    Source:
        A. H. Murphy, A New Vector Partition of the Probability Score (1973).
    """
    q = validate_probabilities(forecasts)
    if q.ndim != 2 or np.shape(outcomes) != q.shape[:1]:
        raise ValueError("The decomposition needs one forecast for each outcome.")
    happened = np.eye(q.shape[-1])[class_indices(outcomes, q.shape[-1])]
    groups, members, sizes = np.unique(q, axis=0, return_inverse=True, return_counts=True)
    frequencies = np.zeros_like(groups)
    np.add.at(frequencies, members, happened)
    frequencies /= sizes[:, np.newaxis]
    weights = sizes / len(q)
    overall = happened.mean(axis=0)
    return BrierDecomposition(
        reliability=float(weights @ np.square(groups - frequencies).sum(axis=1)),
        resolution=float(weights @ np.square(frequencies - overall).sum(axis=1)),
        uncertainty=float((overall * (1 - overall)).sum()),
    )


def _check_rule(rule: str) -> None:
    if rule not in RULES:
        raise ValueError(f"There is no scoring rule {rule!r}; the rules are {', '.join(RULES)}.")


def _forecast_of_outcome(outcomes: ArrayLike, forecasts: ArrayLike) -> FloatArray:
    q = validate_probabilities(forecasts)
    true = class_indices(outcomes, q.shape[-1])
    shape = broadcast_shape(true.shape, "the outcomes", q.shape[:-1], "the forecasts")
    chosen = np.broadcast_to(true, shape)[..., np.newaxis]
    return np.take_along_axis(np.broadcast_to(q, (*shape, q.shape[-1])), chosen, axis=-1)[..., 0]
