"""What a room of a workshop is, as data: its codes, people, questions and forecasts."""

from __future__ import annotations

import json
import math
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from explorer.core.validation import validate_probabilities

MOST_PEOPLE, MOST_ROOMS, MOST_ROUNDS = 500, 20, 60
LONGEST_NAME, LONGEST_PROMPT, LONGEST_OUTCOME = 40, 300, 60
FEWEST_OUTCOMES, MOST_OUTCOMES = 2, 10
LONGEST_ADDRESS = 8_000
LIFETIME_SECONDS = 86_400.0

OPEN, CLOSED, SCORED = "open", "closed", "scored"
"""States of a round: forecasts are taken; no longer; and the outcome is known."""

_SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""What codes are made of: 32 signs, none of which is taken for another when read aloud or typed."""
_LINK_SIGNS, _SPOKEN_SIGNS = 10, 6
_JOINERS = "\u200c\u200d"
"""Not seen themselves, but part of emoji and of Persian words."""


class RoomError(ValueError):
    """What was asked of a room cannot be done; its text is a plain sentence."""


class UnknownRoom(RoomError):
    """There is no such room, or it has ended."""


def new_link_code() -> str:
    """Return a code of 50 bits, for links and QR codes."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_LINK_SIGNS))


def new_spoken_code() -> str:
    """Return a code of 30 bits to say and to type, good while the room takes new people."""
    return "".join(secrets.choice(_SIGNS) for _ in range(_SPOKEN_SIGNS))


def read_code(text: object) -> str:
    """Return a code as a person may have typed it: small letters, blanks and hyphens allowed.

    Raises:
        UnknownRoom: It is no code of either kind.
    """
    typed = str(text)[:100].upper() if isinstance(text, str) else ""
    code = "".join(sign for sign in typed if not (sign.isspace() or sign in "-–"))
    if len(code) not in (_LINK_SIGNS, _SPOKEN_SIGNS) or not set(code) <= set(_SIGNS):
        raise UnknownRoom(
            f"A room's code has {_SPOKEN_SIGNS} letters and digits, as on the host's screen."
        )
    return code


def read_name(text: object) -> str:
    """Return a nickname without outer spaces; "" for none.

    Raises:
        RoomError: It cannot be shown, or is too long.
    """
    name = unicodedata.normalize("NFC", text).strip() if isinstance(text, str) else ""
    if len(name) > LONGEST_NAME:
        raise RoomError(f"A nickname has at most {LONGEST_NAME} characters.")
    seen = "".join(sign for sign in name if sign not in _JOINERS)
    if name and not (seen and seen.isprintable()):
        raise RoomError("A nickname cannot hold line breaks or invisible characters.")
    return name


def read_forecast(sent: object, count: int) -> tuple[float, ...]:
    """Return a forecast that somebody sent.

    Args:
        sent: A list of numbers, or anything else.

    Raises:
        RoomError: It is no distribution over them.
    """
    if not isinstance(sent, list) or len(sent) != count:
        raise RoomError(f"A forecast for this question has {count} probabilities.")
    if not all(type(one) in (int, float) for one in sent):
        raise RoomError("A forecast is made of numbers.")
    try:
        return tuple(validate_probabilities([float(one) for one in sent]).tolist())
    except (ValueError, OverflowError) as error:
        raise RoomError(f"This is no forecast: {error}") from error


@dataclass(frozen=True)
class Question:
    """What people forecast.

    Attributes:
        prompt: The question.
        outcomes: 2 to 10 names of what may happen.
        probabilities: What the outcome is drawn from, where a draw decides; else ().
        answer: Index of the outcome where it is known beforehand, as a digit's label is.
        hint: What is said of it once the outcome is known.
        page: Address of the page that decides it, as a race does; "" for none.
        link: Parameters of that page's address.
        ink: A drawing that belongs to the question, as `stroke_text` writes it; "" for none.
        hedge: Whether the round compares the scoring rules: hedge, or be honest?
    """

    prompt: str
    outcomes: tuple[str, ...]
    probabilities: tuple[float, ...] = ()
    answer: int | None = None
    hint: str = ""
    page: str = ""
    link: Mapping[str, str] = field(default_factory=dict, hash=False)
    ink: str = ""
    hedge: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.prompt.strip()) <= LONGEST_PROMPT:
            raise RoomError(f"A question has 1 to {LONGEST_PROMPT} characters.")
        if not FEWEST_OUTCOMES <= len(self.outcomes) <= MOST_OUTCOMES:
            raise RoomError(
                f"A question has {FEWEST_OUTCOMES} to {MOST_OUTCOMES} outcomes, "
                f"not {len(self.outcomes)}."
            )
        for name in self.outcomes:
            if not 1 <= len(name.strip()) <= LONGEST_OUTCOME or not name.isprintable():
                raise RoomError(
                    f"The name of an outcome has 1 to {LONGEST_OUTCOME} characters, in one line."
                )
        if len(set(self.outcomes)) < len(self.outcomes):
            raise RoomError("Two outcomes have the same name.")
        if self.probabilities:
            if len(self.probabilities) != len(self.outcomes):
                raise RoomError("State one probability for each outcome, or none.")
            try:
                validate_probabilities(self.probabilities)
            except ValueError as error:
                raise RoomError(f"The outcome cannot be drawn: {error}") from error
        if self.answer is not None and self.answer not in range(len(self.outcomes)):
            raise RoomError("The answer is none of the outcomes.")

    def to_json(self) -> str:
        """Return it as text for the store."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Question:
        """Read what `to_json` wrote."""
        values = json.loads(text)
        tuples = {name: tuple(values[name]) for name in ("outcomes", "probabilities")}
        return cls(**{**values, **tuples})


def read_question(sent: object) -> Question:
    """Return a host's own question.

    Args:
        sent: An object with `prompt`, `outcomes`, and possibly `probabilities` and `hedge`.

    Raises:
        RoomError: It is no question.
    """
    if not isinstance(sent, Mapping):
        raise RoomError("This is no question.")
    prompt, outcomes = sent.get("prompt"), sent.get("outcomes")
    if not isinstance(prompt, str) or not isinstance(outcomes, list):
        raise RoomError("A question needs a sentence and its outcomes.")
    if not all(isinstance(name, str) for name in outcomes):
        raise RoomError("The names of the outcomes are texts.")
    given = sent.get("probabilities") or []
    if not isinstance(given, list):
        raise RoomError("The probabilities are a list of numbers.")
    probabilities = read_forecast(given, len(outcomes)) if given else ()
    return Question(
        " ".join(prompt.split()),
        tuple(" ".join(name.split()) for name in outcomes),
        probabilities,
        hedge=sent.get("hedge") is True,
    )


@dataclass(frozen=True)
class Participant:
    """Somebody in a room; `name` is "" for a person who gave none."""

    id: int
    name: str

    @property
    def label(self) -> str:
        """What to call the person."""
        return self.name or f"Guest {self.id}"


@dataclass(frozen=True)
class Round:
    """A question as it is asked in a room.

    Attributes:
        number: Counted from 1.
        question: What is asked.
        state: OPEN, CLOSED or SCORED.
        outcome: Index of what happened, once that is known.
        forecasts: Id of a participant → distribution over the outcomes.
    """

    number: int
    question: Question
    state: str
    outcome: int | None = None
    forecasts: Mapping[int, tuple[float, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Room:
    """Everything in a room.

    Attributes:
        code: For links.
        spoken: To say and to type, good while the room is open for joining.
        joining: Whether new people are let in.
        names_hidden: Whether the screen shows no names.
        address: Path and query of the page that the host shows, "" before the first.
        seconds_left: Until it ends by itself.
        version: Rises with every change.
        people: Those who are in it, in the order in which they came.
        rounds: Questions in the order in which they were asked.
    """

    code: str
    spoken: str
    joining: bool
    names_hidden: bool
    address: str
    seconds_left: float
    version: int
    people: Sequence[Participant] = ()
    rounds: Sequence[Round] = ()

    @property
    def current(self) -> Round | None:
        """The newest round, if there is one."""
        return self.rounds[-1] if self.rounds else None


def is_address(text: str) -> bool:
    """Tell whether a text is a path and query of this app, and not a place elsewhere."""
    return (
        len(text) <= LONGEST_ADDRESS
        and text.startswith("/")
        and not text.startswith("//")
        and "\\" not in text
        and text.isprintable()
    )


def hours_left(room: Room) -> str:
    """Return how long the room stays, as people say it."""
    hours = math.ceil(room.seconds_left / 3600)
    return "1 hour" if hours <= 1 else f"{hours} hours"
