"""Worked examples A1 to A10: self-information, entropy, cross-entropy and KL divergence."""

from __future__ import annotations

from explorer.teaching.worked_examples.example import Printed, WorkedExample, bits, nats, numbered

UNIFORM = (0.25, 0.25, 0.25, 0.25)
SKEWED = (0.1, 0.1, 0.1, 0.7)
NEARLY_DECIDED = (0.001, 0.001, 0.001, 0.997)
TENNIS = (63 / 64, 1 / 64)
_PLAYERS = ("favourite wins", "underdog wins")

ROWS = (
    WorkedExample(
        "table_tennis",
        "A1",
        ("001", "004"),
        "Table tennis: 64 meetings, 63 wins by the favourite",
        {"meetings": 64, "wins": 63, "p": TENNIS},
        _PLAYERS,
        {
            "I(63/64)": bits("0.022720"),
            "I(1/64)": bits("6", exact=True),
            "I(1)": bits("0", exact=True),
        },
    ),
    WorkedExample(
        "fair_die",
        "A2",
        ("004",),
        "A die",
        {"p": (1 / 6,) * 6},
        numbered("face", 6),
        {"I(1/6)": bits("2.584963")},
    ),
    WorkedExample(
        "fair_lottery",
        "A3",
        ("000", "002"),
        "A lottery of four people with equal chances",
        {"p": UNIFORM, "three": (1 / 3, 1 / 3, 1 / 3)},
        numbered("person", 4),
        {"H(p)": bits("2", exact=True), "one term": bits("0.5", exact=True)},
    ),
    WorkedExample(
        "lottery_with_favourite",
        "A4",
        ("000", "002"),
        "A lottery with one favourite",
        {"p": SKEWED},
        numbered("person", 4),
        {"H(p)": bits("1.356780")},
    ),
    WorkedExample(
        "lottery_nearly_decided",
        "A5",
        ("000",),
        "A lottery that is nearly decided",
        {"p": NEARLY_DECIDED},
        numbered("person", 4),
        {"H(p)": bits("0.034219")},
    ),
    WorkedExample(
        "match_and_coin",
        "A6",
        ("001",),
        "Entropy of the match, of a fair coin and of a certain outcome",
        {"p": TENNIS, "coin": (0.5, 0.5), "certain": (1.0, 0.0)},
        _PLAYERS,
        {
            "match": bits("0.116115"),
            "coin": bits("1", exact=True),
            "certain": bits("0", exact=True),
        },
    ),
    WorkedExample(
        "match_in_nats",
        "A7",
        ("001",),
        "The match in nats and in dits",
        {"p": TENNIS},
        _PLAYERS,
        {"nats": nats("0.080485"), "dits": Printed("0.034954", "dits")},
    ),
    WorkedExample(
        "decomposition",
        "A8",
        ("000", "001", "002", "003", "004"),
        "H(p,q) = H(p) + D(p‖q); a one-hot p has H(p) = 0",
        {"p": SKEWED, "q": UNIFORM, "one_hot": (0.0, 1.0, 0.0, 0.0)},
        numbered("class", 4),
    ),
    WorkedExample(
        "gibbs_inequality",
        "A9",
        ("001",),
        "Gibbs' inequality: D(p‖q) ≥ 0, and 0 only at q = p",
        {"p": SKEWED, "q": UNIFORM},
        numbered("outcome", 4),
    ),
    WorkedExample(
        "average_code_length",
        "A10",
        ("001",),
        "H(p) and H(p,q) as average code lengths",
        {"p": SKEWED, "q": UNIFORM},
        numbered("outcome", 4),
    ),
)
