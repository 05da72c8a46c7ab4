"""The guided tour: one handwritten digit, from the surprise of its label to what notes get wrong.

The numbers that a sentence tells are computed from that digit, so that words and screen agree.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from explorer.core.distributions import one_hot
from explorer.core.drawing import stroke_text
from explorer.core.information import entropy, self_information
from explorer.core.loss_readings import gradient_ratio, multiclass_readings
from explorer.core.recorded_race import FOUR_PLACE, RECORDED_RACE
from explorer.figures.numbers import written
from explorer.teaching import tour_digit
from explorer.teaching.drawing_exercises import NETWORKS, OPEN_FOUR, TOP
from explorer.teaching.exercise import bits, listed, nats
from explorer.teaching.note_checks import NOTE_CHECKS
from explorer.teaching.tour_digit import BELIEF, LABEL, NAMES, RIVAL


@dataclass(frozen=True)
class Host:
    """What the person who gives the tour has at hand at a stop.

    Attributes:
        question: To ask aloud.
        expected: What people answer, and what is right.
        misunderstanding: What is usually got wrong here.
        transition: How to go on to the next stop.
    """

    question: str
    expected: str
    misunderstanding: str
    transition: str


@dataclass(frozen=True)
class Stop:
    """A page of the tour in a state worth looking at. All texts are Markdown.

    Attributes:
        page: Address of the page.
        title: What the stop is about, a question.
        setting: What is on the screen, in a few words.
        question: What to predict first.
        options: The predictions to choose from.
        answer: Index of the option that comes true; None where it is a matter of opinion.
        action: What to do then, in one line.
        outcome: What one has seen, in one sentence or two.
        host: Notes for the person who gives the tour.
        minutes: How long it takes.
        control: Key of what the action is about, which is shown and marked.
        parameters: Of the page's address, which set its state.
        done: Those that the action changes, as it leaves them; a presenter whose remote cannot
            drag goes on without having done it.
    """

    page: str
    title: str
    setting: str
    question: str
    options: tuple[str, ...]
    answer: int | None
    action: str
    outcome: str
    host: Host
    minutes: float
    control: str
    parameters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    done: Mapping[str, str] = field(default_factory=dict)


_Q = BELIEF[LABEL]
_SURPRISE = bits(self_information(_Q), 4)
_BELIEF = np.array(BELIEF)
_LEVEL = 0.4
"""To where the bar of the rival comes down; the others grow in proportion."""
_LEVELLED = _BELIEF * (1 - _LEVEL) / (1 - BELIEF[RIVAL])
_LEVELLED[RIVAL] = _LEVEL
_LOGITS = np.array(tour_digit.logits())
_SURE = 10.0
_SURER = np.where(np.arange(10) == RIVAL, _SURE, _LOGITS)
_TRUTH = one_hot(LABEL, 10)
_LOGIT = round(math.log(_Q / BELIEF[RIVAL]), 2)
_SATURATED = -10.0
_CARD = "kl_up_to_a_constant"


def _pull(z: np.ndarray, loss: str) -> str:
    """Return how strongly a loss pulls the label's logit up, as written."""
    return written(-float(multiclass_readings(z, _TRUTH)[loss].gradient[LABEL]), 3)


def _moved() -> str:
    right, wrong = tour_digit.CROSS_ENTROPY.softmax[-1], tour_digit.SQUARED_ERROR.softmax[-1]
    return (
        f"Only the one trained with cross-entropy: its q₄ grows from {_Q:.2f} to "
        f"{right[LABEL]:.2f}. With squared error the network still says {RIVAL} at the end, "
        f"{wrong[RIVAL]:.2f} against {wrong[LABEL]:.2f}."
    )


TOUR = (
    Stop(
        "self_information",
        f"How surprising is it that this is a {LABEL}?",
        f"After one epoch a network gives it the probability {_Q:.3f}.",
        "Half the probability: how much more surprise is that?",
        ("Half a bit", "One bit", "Twice as much"),
        1,
        "Press **Halve p**.",
        f"One bit more: from {_SURPRISE} to {bits(self_information(_Q / 2), 4)}. "
        "Every halving adds one bit, whatever p is.",
        Host(
            f"Would you call this a {LABEL}? How surprised is somebody who gave that 20 %?",
            "Most say “a 9”. The surprise is −log₂ of the probability: a little over two bits.",
            "That half the probability doubles the surprise. It adds a constant.",
            "This was one outcome. The network has an opinion about all ten digits.",
        ),
        1.5,
        "event p half",
        {"p": repr(_Q), "unit": "bits"},
        {"p": repr(_Q / 2)},
    ),
    Stop(
        "entropy",
        "What does the network believe?",
        f"Here p is its belief in each digit: {RIVAL} is likelier than {LABEL}.",
        f"Let {LABEL} become as likely as {RIVAL}: does the entropy rise or fall?",
        ("It rises", "It falls", "It stays the same"),
        0,
        f"Drag the bar of **{RIVAL}** down to {_LEVEL:.2f}, where that of {LABEL} is as high.",
        f"It rises, from {bits(entropy(BELIEF), 4)} to about {bits(entropy(_LEVELLED), 2)}: the "
        "less sure a belief is, the more surprise it expects.",
        Host(
            "Which belief over ten digits has the highest entropy, and which the lowest?",
            f"Uniform: log₂ 10 = {bits(math.log2(10), 3)}. All on one digit: 0.",
            "That high entropy means stable, or little information. It is the surprise to expect.",
            "So much for the network's own opinion. Now somebody tells it the truth.",
        ),
        1.5,
        "entropy",
        {"p": listed(BELIEF), "name": NAMES, "unit": "bits"},
        {"p": listed(_LEVELLED)},
    ),
    Stop(
        "divergence",
        "What does that belief cost?",
        f"p is the truth, one-hot on {LABEL}; q is what the network believes.",
        "Let q become p, step by step: which of the three numbers does not move?",
        ("H(p)", "D(p‖q)", "H(p,q)"),
        0,
        "Press **Walk q to p** and watch the three numbers.",
        f"H(p) stays 0. H(p,q) and D(p‖q) start at {_SURPRISE}, the surprise of "
        "the first stop, and fall together to 0.",
        Host(
            "Where have you seen the number of H(p,q) before?",
            f"At the first stop: with a one-hot p only −log₂ q₄ = {_SURPRISE} is left of the sum.",
            "That cross-entropy is a distance, 0 where q = p. It is H(p) there; KL is the excess.",
            "To lower that price the network can only move its logits. What is each one told?",
        ),
        2,
        "divergence",
        {
            "p": listed(_TRUTH),
            "q": listed(BELIEF),
            "name": NAMES,
            "unit": "bits",
            "view": "Terms",
        },
        {"q": listed(_TRUTH)},
    ),
    Stop(
        "multiclass",
        "What is each logit told?",
        f"The logits behind q. In nats from here: {_SURPRISE} are {nats(-math.log(_Q), 4)}.",
        f"Let the network be surer of {RIVAL}: which loss now pulls the {LABEL} up less?",
        ("Cross-entropy", "Squared error", "Both"),
        1,
        f"Drag the logit of **{RIVAL}** up to {_SURE:.0f}: surer, and still wrong.",
        f"Squared error: its pull on {LABEL} falls from {_pull(_LOGITS, 'softmax_squared_error')} "
        f"to {_pull(_SURER, 'softmax_squared_error')}. That of cross-entropy, p − q, grows from "
        f"{_pull(_LOGITS, 'softmax_cross_entropy')} to {_pull(_SURER, 'softmax_cross_entropy')}.",
        Host(
            "By how much should a logit be corrected when the network is wrong?",
            "By as much as it is wrong. That is q − p, the gradient of cross-entropy.",
            "That a larger loss means a faster correction. Squared error is at its largest here.",
            "Why does it fall silent? Two classes and one number are enough to see it.",
        ),
        2,
        "multiclass logits",
        {
            "edit": "logits",
            "z": listed(_LOGITS),
            "name": NAMES,
            "target": "one true class",
            "y": str(LABEL + 1),
        },
        {"z": listed(_SURER)},
    ),
    Stop(
        "binary",
        "Why does the gradient vanish?",
        f"Only {LABEL} against {RIVAL}: one logit, z = ln(q₄/q₉) = {written(_LOGIT)}; y = 1 means "
        f"{LABEL}.",
        f"At z = {written(_SATURATED)}, how much harder does cross-entropy pull?",
        ("About 2 times", "About 100 times", "About 10,000 times"),
        2,
        f"Drag **z** down to {written(_SATURATED)}, and see how hard each loss pulls.",
        f"{gradient_ratio(_SATURATED, 1):,.0f} times as hard: squared error multiplies the error "
        "by 2σ(1 − σ), and the sigmoid is saturated.",
        Host(
            "What happens to a student who is told less, the more wrong they are?",
            "They never learn it. The gradient vanishes in the grey part, on the wrong side.",
            "That saturation itself is harmful. On the right side it is where one wants to be.",
            "That was arithmetic. Now watch two networks that really learn.",
        ),
        1.5,
        "binary z",
        {"z": repr(_LOGIT), "y": "1"},
        {"z": repr(_SATURATED)},
    ),
    Stop(
        "live",
        "How does the belief move in training?",
        "A recorded race: same weights and batches, two losses.",
        f"Which network will call it a {LABEL} at the end?",
        ("Both", "Cross-entropy's", "Squared error's"),
        1,
        f"Press **Play** and watch the bars of {LABEL} and {RIVAL}.",
        _moved(),
        Host(
            "Which curve reaches 90 % first, and by how many steps?",
            "Cross-entropy. At the notes' learning rate squared error follows much later.",
            "That squared error cannot learn. It is late, most of all on what it gets wrong.",
            "A 4 that could be a 9 was somebody's handwriting. Try yours.",
        ),
        2,
        "race theatre",
        {
            "run": RECORDED_RACE,
            "at": str(tour_digit.TOLD_STEP),
            "image": str(FOUR_PLACE + 1),
        },
        {"at": str(tour_digit.STEPS[-1])},
    ),
    Stop(
        "draw",
        "What about a digit of your own?",
        f"The race's two networks answer while you draw; you mean a {LABEL}.",
        f"Just before a network switches to {RIVAL}, how sure is it of {LABEL}?",
        ("About 0.9", "About 0.5", "About 0.1"),
        1,
        f"Draw a {LABEL} that a network reads as a {RIVAL}: close its top.",
        "About 0.5, when only two digits share the belief: there −ln q₄ passes ln 2 = "
        f"{nats(math.log(2), 3)}.",
        Host(
            "Can anybody draw something that is no digit, and what does the network say?",
            "Softmax always answers, often with confidence: it has no class for anything else.",
            "That a high softmax means “I know this”. It means “likelier than the other nine”.",
            "You can now check what others write. Here is a sentence from real lecture notes.",
        ),
        2,
        "digit canvas",
        {"runs": NETWORKS, "digit": str(LABEL)},
        {"ink": stroke_text((*OPEN_FOUR, TOP))},
    ),
    Stop(
        "notes_checked",
        "What do the notes get wrong?",
        "One statement from lecture notes.",
        "With soft labels, may cross-entropy still stand in for KL?",
        ("Yes, always", "No, never", "Only where q = p"),
        0,
        "Press **Right** or **Wrong**, and read what is true.",
        "Yes: for any fixed p the two differ by the constant H(p), so they have the same gradient "
        "in q. One-hot targets are enough for that, but not needed.",
        Host(
            "At the third stop H(p,q) and D(p‖q) were equal. Is that why one may swap them?",
            "No: H(p) was 0 there. But a constant would do as well, since it has no gradient.",
            "That cross-entropy replaces KL only with one-hot labels.",
            "Five sentences are worth taking home.",
        ),
        1.5,
        f"note-{NOTE_CHECKS[_CARD].lesson}",
        {"note": NOTE_CHECKS[_CARD].lesson},
    ),
    Stop(
        "recap",
        "What do you take home?",
        "Five sentences, and where to go on.",
        "Which of the five would you have doubted before the tour?",
        ("1", "2", "3", "4", "5"),
        None,
        "Say one of the five in your own words.",
        "Whichever it was: you have seen it happen to one handwritten digit.",
        Host(
            "Which sentence will you use next week, and where?",
            "Often the fourth: it says what a classifier is told, and why by cross-entropy.",
            "That squared error is never right. It is for outputs that do not saturate.",
            "The end. The page says where to go on.",
        ),
        1,
        "take-home",
    ),
)
"""The stops; together fifteen minutes."""


TAKE_HOME = (
    r"**Surprise is $-\log p$.** Half the probability, one bit more.",
    r"**Entropy $H(p)$ is the surprise to expect.** No model can avoid it.",
    r"**Cross-entropy is entropy plus the price of a wrong belief:** "
    r"$H(p,q) = H(p) + D(p\,\|\,q)$, and $D(p\,\|\,q)$ is 0 only at $q = p$.",
    r"**With a one-hot label the loss is $-\ln q_y$, and its gradient by the logits is $q - p$:** "
    "each logit is corrected by exactly as much as it is wrong.",
    r"**Squared error on a softmax falls silent where the network is sure and wrong,** because it "
    r"sends $q - p$ through a derivative that vanishes there.",
)
"""The sentences to take home, Markdown."""


@dataclass(frozen=True)
class WayOn:
    """Where to go after the tour.

    Attributes:
        page: Address of the page.
        words: What to do there.
        parameters: Of the page's address.
    """

    page: str
    words: str
    parameters: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


WAYS_ON = (
    WayOn("sweep", "Which learning rate would have saved squared error? Look at a whole grid."),
    WayOn("three_forms", "Softmax, sigmoids or one node: the code of each number you saw."),
    WayOn("stability", "Why code says “logits” and not “softmax”: see digits get lost."),
    WayOn("notes_checked", "Twenty more statements to guess.", {"topic": "all"}),
)
"""At the end of the tour."""
