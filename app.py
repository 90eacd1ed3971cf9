"""Seodam's door: `streamlit run app.py`.

Streamlit finds `app`, an ASGI application that adds our headers and the visitor's cookie, warms
up while the first page is drawn, and runs pages/ui/shell.py for every visitor. Where a host (or
AppTest) runs this file itself as a script, the same shell is drawn without them.
"""

from pathlib import Path

import streamlit as st

from pages.ui.middleware import lifespan, middleware
from pages.ui.shell import draw, show_fault

if st.runtime.exists():
    draw()
else:
    app = st.App(
        Path(__file__).parent / "pages" / "ui" / "shell.py",
        lifespan=lifespan,
        middleware=middleware(),
        on_script_error=show_fault,
    )
