"""What the server sets is not undone by a press that comes before the input is drawn."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.server import ROOT, Server

SLOW_PAGE = """
import time

import streamlit as st

from pages.components.address import address
from pages.components.address.parameters import option
from pages.components.inputs.lasting_inputs import choose, lasting_choice

address.declare(option("choice", ("a", "b")))
st.button("Load an example", on_click=choose, args=("choice", "b"))
st.button("Something else")
for _ in range(10):
    time.sleep(0.1)
    st.empty()
chosen = lasting_choice("Choice", ("a", "b"), key="choice", link="choice")
st.write(f"Chosen: {chosen}")
"""


def test_an_example_is_loaded_although_a_press_elsewhere_begins_the_next_run(tmp_path, page: Page):
    script = tmp_path / "slow_page.py"
    script.write_text(SLOW_PAGE)
    server = Server(tmp_path, {"PYTHONPATH": str(ROOT)}, script=str(script)).start()
    try:
        page.goto(server.url)
        expect(page.get_by_text("Chosen: a")).to_be_visible()
        page.get_by_role("button", name="Load an example").click()
        # The run has begun, and waits before the choice.
        page.wait_for_timeout(300)
        page.get_by_role("button", name="Something else").click()
        expect(page.get_by_text("Chosen: b")).to_be_visible()
        expect(page.get_by_role("radio", name="b", exact=True)).to_be_checked()
    finally:
        server.close()
