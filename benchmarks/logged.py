"""Streamlit's command line, with what the searches log kept in the file that SEARCH_LOG names."""

import logging
import os

from streamlit.web.cli import main

if __name__ == "__main__":
    log = logging.getLogger("rag_core.retriever")
    log.addHandler(logging.FileHandler(os.environ["SEARCH_LOG"]))
    log.setLevel(logging.DEBUG)
    main(prog_name="streamlit")
