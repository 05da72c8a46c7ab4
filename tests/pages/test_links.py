"""Every link that exercises, tour, cards and checked notes give out, as people have saved them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode

from explorer.teaching.exercises import EXERCISES
from explorer.teaching.note_checks import NOTE_CHECKS
from explorer.teaching.tour import TOUR
from pages.components.registry import SECTIONS
from pages.losses.parts.note_links import LINKS

SAVED = Path(__file__).with_name("links.txt")


def address(page: str, parameters: Mapping[str, str | Sequence[str]]) -> str:
    query = urlencode(parameters, doseq=True)
    return f"/{page}?{query}" if query else f"/{page}"


def links() -> Iterator[str]:
    """Every link as one line: who gives it, and its address."""
    for page, exercises in EXERCISES.items():
        for number, exercise in enumerate(exercises, 1):
            yield f"task {number}: {address(page, exercise.parameters)}"
    for number, stop in enumerate(TOUR, 1):
        yield f"tour {number}: {address(stop.page, stop.parameters)}"
    for section in (*filter(None, SECTIONS), ""):
        for page in SECTIONS[section]:
            if page.picture:
                yield f"card: {address(page.address, {})}"
    for key, link in LINKS.items():
        yield f"note {NOTE_CHECKS[key].lesson}: {address(Path(link.path).stem, link.parameters)}"


def test_every_link_is_byte_for_byte_as_it_was_saved():
    assert "\n".join(links()) + "\n" == SAVED.read_text()


def test_links_are_saved_for_every_source():
    saved = SAVED.read_text().splitlines()
    assert {line.split()[0].rstrip(":") for line in saved} == {"task", "tour", "card", "note"}
