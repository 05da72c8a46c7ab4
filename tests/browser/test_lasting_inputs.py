"""What the server sets is not undone by a press that comes before the input is drawn."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.server import ROOT, Server
from tests.browser.steps import until

SLOW_PAGE = """
import time
from pathlib import Path

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import option
from pages.components.inputs.lasting_inputs import choose, lasting_choice

folder = Path(__file__).parent
with (folder / "runs").open("a") as runs:
    runs.write("begun,")
address.declare(option("choice", ("a", "b")))
st.button("Load an example", on_click=choose, args=("choice", "b"))
st.button("Something else")
while (folder / "hold").exists():
    time.sleep(0.02)
    st.empty()
chosen = lasting_choice("Choice", ("a", "b"), key="choice", link="choice")
st.write(f"Chosen: {chosen}")
"""


def test_an_example_is_loaded_although_a_press_elsewhere_begins_the_next_run(tmp_path, page: Page):
    script, runs, hold = (tmp_path / name for name in ("slow_page.py", "runs", "hold"))
    script.write_text(SLOW_PAGE)
    server = Server(tmp_path, {"PYTHONPATH": str(ROOT)}, script=str(script)).start()
    try:
        page.goto(server.url)
        expect(page.get_by_text("Chosen: a")).to_be_visible()
        hold.touch()
        for button in ("Load an example", "Something else"):
            before = runs.read_text()
            page.get_by_role("button", name=button).click()
            # The run before has ended where it was held, before the choice.
            until(lambda before=before: runs.read_text() != before, "the next run has begun")
        hold.unlink()
        expect(page.get_by_text("Chosen: b")).to_be_visible()
        expect(page.get_by_role("radio", name="b", exact=True)).to_be_checked()
    finally:
        server.close()
