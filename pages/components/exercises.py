"""Three tasks at the end of a page."""

from __future__ import annotations

import streamlit as st

from explorer.teaching.exercises import TASKS
from pages.components.address.address import link_to


def exercises(page: str) -> None:
    """Show the tasks of a page, if it has some.

    Args:
        page: Last part of the page's address.
    """
    if page not in TASKS:
        return
    # Plain texts: what stands outside a fragment is rendered again too with every answer to an
    # edit, and frames and parts that unfold by Streamlit were a sixth of the scripts' work then.
    st.subheader("Try this")
    for number, task in enumerate(TASKS[page], start=1):
        st.markdown(f"**{number}.** {task.words}")
        link_to(page, "Set the page", task.parameters, via=f"task-{number}")
        st.markdown(
            f"<details><summary>Answer</summary>\n\n{task.answer}\n\n</details>",
            unsafe_allow_html=True,
        )
