"""The pictures of the pages: drawn anew, they are the files that the app shows."""

from __future__ import annotations

import pytest

from explorer.teaching.page_pictures import DRAWINGS, FOLDER, picture
from pages.components.registry import PAGES


@pytest.mark.parametrize("page", DRAWINGS)
def test_a_page_is_shown_by_the_picture_that_the_script_draws(page):
    assert (FOLDER / f"{page}.svg").read_text(encoding="utf-8") == picture(page)


def test_every_page_but_the_first_has_a_picture_and_no_picture_is_left_over():
    named = {page.picture for page in PAGES.values()} - {""}
    assert named == {f"start/pictures/{file.name}" for file in FOLDER.glob("*.svg")}
    assert [page.address for page in PAGES.values() if not page.picture] == ["home"]
