"""The terms of the field in English and Chinese, each with a formula and a place to see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from explorer.teaching.exercise import listed
from explorer.teaching.labelled_presets import LABELLED_PRESETS
from explorer.teaching.worked_examples import EXAMPLES


@dataclass(frozen=True)
class Term:
    """An entry of the glossary.

    Attributes:
        name: The term in English, as formulas and texts use it.
        chinese: The term in Chinese.
        meaning: One or two sentences.
        formula: LaTeX for KaTeX, or "" where there is none.
        unit: Of the quantity, or "" where it has none.
        page: Address of the page that shows it.
        parameters: Of that page's address.
    """

    name: str
    chinese: str
    meaning: str
    formula: str
    unit: str
    page: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def slug(self) -> str:
        """The name as it stands in an address."""
        return self.name.lower().replace("'", "").replace(" ", "-").replace("–", "-")

    def matches(self, words: str) -> bool:
        """Tell whether what a person typed occurs in the entry."""
        text = f"{self.name} {self.chinese} {self.meaning}".casefold()
        return all(word in text for word in words.casefold().split())


_ONE_HOT = {
    "p": listed(EXAMPLES["one_hot_of_four"]["p"]),
    "q": listed(EXAMPLES["one_hot_of_four"]["q"]),
    "unit": "nats",
}
_UNIFORM = listed(EXAMPLES["fair_lottery"]["p"])
_SKEWED = {"p": listed(EXAMPLES["lottery_with_favourite"]["p"]), "q": _UNIFORM, "unit": "bits"}
_LOGITS = {"edit": "logits", "z": listed(EXAMPLES["softmax_batch"]["logits"][0]), "y": "3"}
_MULTI_LABEL = LABELLED_PRESETS["Labels 0, 1, 0, 1, sigmoids"]
_TWO_LABELS = {
    "part": "Three forms",
    "form": "2 Sigmoids",
    "z": listed(_MULTI_LABEL.logits),
    "labels": ",".join(str(label + 1) for label in _MULTI_LABEL.labels),
}
_SATURATED = {"z": repr(EXAMPLES["vanishing_gradient"]["z"]), "y": "1"}

_TERMS = (
    Term(
        "self-information",
        "自信息",
        "The surprise of one event: the less probable it was, the more you learn from it.",
        r"I(x) = -\log p(x)",
        "bits, nats or dits",
        "self_information",
        {"p": repr(EXAMPLES["table_tennis"]["p"][1]), "unit": "bits"},
    ),
    Term(
        "entropy",
        "熵",
        "The average surprise of events from p. Highest when all outcomes are equally likely.",
        r"H(p) = -\sum_i p_i \log p_i",
        "bits, nats or dits",
        "entropy",
        {"p": _SKEWED["p"], "unit": "bits"},
    ),
    Term(
        "cross-entropy",
        "交叉熵",
        "The average surprise of events from p for someone who believes in q. At q = p it is the "
        "entropy of p, not 0.",
        r"H(p,q) = -\sum_i p_i \log q_i = H(p) + D(p\,\|\,q)",
        "bits, nats or dits; nats as a loss",
        "divergence",
        _SKEWED,
    ),
    Term(
        "KL divergence",
        "KL散度",
        "Also relative entropy: what believing in q costs beyond the entropy of p. Never negative, "
        "0 only at q = p, not symmetric, and infinite where q calls possible outcomes impossible.",
        r"D(p\,\|\,q) = \sum_i p_i \log \frac{p_i}{q_i}",
        "bits, nats or dits",
        "divergence",
        _SKEWED,
    ),
    Term(
        "relative entropy",
        "相对熵",
        "Another name for the KL divergence.",
        r"D(p\,\|\,q)",
        "bits, nats or dits",
        "divergence",
        _SKEWED,
    ),
    Term(
        "Jensen–Shannon divergence",
        "JS散度",
        "The mean KL divergence of p and of q from their average. Symmetric, and at most one bit.",
        r"\tfrac12 D(p\,\|\,m) + \tfrac12 D(q\,\|\,m), \quad m = \tfrac12 (p + q)",
        "bits, nats or dits",
        "divergence",
        {"p": "1,0", "q": "0,1", "unit": "bits"},
    ),
    Term(
        "perplexity",
        "困惑度",
        "The number of equally likely outcomes that would have the same entropy.",
        r"b^{H_b(p)}",
        "",
        "entropy",
        {"p": _UNIFORM, "unit": "bits"},
    ),
    Term(
        "bit",
        "比特",
        "The information in the toss of a fair coin; logarithms to base 2.",
        r"\log_2 2 = 1",
        "",
        "self_information",
        {"p": "0.5", "unit": "bits"},
    ),
    Term(
        "nat",
        "奈特",
        "The unit of natural logarithms, in which losses are measured: 1/ln 2 bits.",
        r"\ln e = 1",
        "",
        "self_information",
        {"p": "0.36787944117144233", "unit": "nats"},
    ),
    Term(
        "dit",
        "哈特莱",
        "Also called hartley: the information in a decimal digit; logarithms to base 10.",
        r"\log_{10} 10 = 1",
        "",
        "self_information",
        {"p": "0.1", "unit": "dits"},
    ),
    Term(
        "Gibbs' inequality",
        "吉布斯不等式",
        "D(p‖q) is never negative, because ln x never exceeds x − 1.",
        r"-\sum_i p_i \log p_i \le -\sum_i p_i \log q_i",
        "",
        "divergence",
        _SKEWED | {"view": "Gibbs"},
    ),
    Term(
        "one-hot",
        "独热编码",
        "A target that gives one class probability 1 and all others 0. Its entropy is 0, so its "
        "cross-entropy and KL divergence are the same.",
        r"p_y = 1, \quad p_i = 0 \text{ for } i \ne y",
        "",
        "divergence",
        _ONE_HOT,
    ),
    Term(
        "multi-label",
        "多标签",
        "Targets of which several may be true at once: each label is a yes-or-no question with a "
        "sigmoid of its own, and the targets need not sum to 1.",
        r"-\sum_i \left[ y_i \ln \sigma(z_i) + (1 - y_i) \ln (1 - \sigma(z_i)) \right]",
        "nats",
        "three_forms",
        _TWO_LABELS,
    ),
    Term(
        "logits",
        "对数几率",
        "The outputs of the last layer before softmax or sigmoid: any real numbers.",
        r"z \in \mathbb{R}^C",
        "",
        "multiclass",
        _LOGITS,
    ),
    Term(
        "softmax",
        "归一化指数函数",
        "Turns logits into a distribution; only the differences of the logits count.",
        r"q_i = \frac{e^{z_i}}{\sum_j e^{z_j}}",
        "",
        "multiclass",
        _LOGITS,
    ),
    Term(
        "sigmoid",
        "S型函数",
        "Turns one logit into a probability; softmax of two classes.",
        r"\sigma(z) = \frac{1}{1 + e^{-z}}",
        "",
        "binary",
        {"z": "1.3", "y": "1"},
    ),
    Term(
        "skip-gram",
        "跳字模型",
        "Learns a vector for each word by predicting the words around it. Its loss is the softmax "
        "cross-entropy of every neighbour, averaged over a text.",
        EXAMPLES["skip_gram_objectives"]["window_average"],
        "nats per word",
        "three_forms",
        {"part": "Skip-gram", "objective": "whole text"},
    ),
    Term(
        "negative sampling",
        "负采样",
        "Skip-gram without the sum over all words: a yes-or-no question for the neighbour, and one "
        "for each of a few words drawn as noise.",
        EXAMPLES["skip_gram_objectives"]["negative_sampling"],
        "nats",
        "three_forms",
        {"part": "Skip-gram", "objective": "negative sampling"},
    ),
    Term(
        "squared error",
        "平方误差",
        "The squared distance of the output from the target; its mean is the MSE. Through a "
        "saturated sigmoid or softmax its gradient vanishes.",
        r"\sum_i (q_i - p_i)^2",
        "the square of what is compared; not information",
        "binary",
        _SATURATED,
    ),
    Term(
        "hinge loss",
        "合页损失",
        "Zero once the right side is reached by a margin of 1. Its labels are −1 and +1.",
        r"\max(0,\, 1 - y\,h), \quad y \in \{-1, +1\}",
        "that of the score h",
        "binary",
        {"z": "0.5", "y": "1"},
    ),
    Term(
        "gradient vanishing",
        "梯度消失",
        "Learning stalls because the gradient is almost 0 although the answer is wrong. The notes "
        "write 梯度离散.",
        r"\frac{\partial}{\partial z} (\sigma(z) - y)^2 = 2 (\sigma - y)\, \sigma (1 - \sigma)",
        "",
        "binary",
        _SATURATED,
    ),
    Term(
        "learning rate",
        "学习率",
        "How far a step goes against the gradient.",
        r"w \leftarrow w - \eta\, \nabla_w L",
        "",
        "live",
        {"race": "Learning rates"},
    ),
)

GLOSSARY: Mapping[str, Term] = MappingProxyType({term.name: term for term in _TERMS})
"""Name → entry, from information to training."""
