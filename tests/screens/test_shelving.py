"""Collections on the screen: making them, moving into them, asking one of them, picking by tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import session
from pages.ui.messages import CATALOGUE
from rag_core.library import Library
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER
from tests.screens.conftest import all_text

Open = Callable[..., AppTest]


def library() -> Library:
    return session.seodam().library(LOCAL_OWNER)


def select(page: AppTest, label: str) -> int:
    return [one.label for one in page.selectbox].index(label)


def picks(page: AppTest) -> Any:
    label = CATALOGUE["en"]["collection.pick"]
    return next(one for one in page.get("button_group") if one.label == label)


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize("language", ["ko", "en"])
def test_a_collection_is_made_filled_and_asked(open_page: Open, language: str) -> None:
    words = CATALOGUE[language]
    page = open_page("pages/library.py", language)
    assert not [one for one in page.selectbox if one.label == words["collection.in_use"]]
    page.text_input(key="collection-new").set_value("항구").run()
    harbour = library().shelving.all()[1]
    assert harbour.name == "항구"
    assert words["library.empty"] in all_text(page)

    page.selectbox[select(page, words["collection.in_use"])].select(DEFAULT_COLLECTION).run()
    moved = next(one.id for one in library().documents() if one.name == "harbour.txt")
    page.selectbox(key=f"move-{moved}-{DEFAULT_COLLECTION}").select(harbour.id).run()
    assert [one.name for one in library().documents(harbour.id)] == ["harbour.txt"]
    assert "harbour.txt" not in all_text(page)
    one, bar, _ = words["collection.moved"].partition("|")
    assert one.format(n=1, name="항구") in [element.value for element in page.success]
    assert bar or language == "ko"

    chat = open_page("pages/chat.py", language)
    chat.selectbox[select(chat, words["collection.in_use"])].select(harbour.id).run()
    assert [one.label for one in chat.checkbox] == ["harbour\\.txt"]
    chat.chat_input[0].set_value("How tall is the lighthouse?").run()
    assert "26 metres tall" in all_text(chat)
    conversation = session.seodam().conversations(LOCAL_OWNER).all()[0]
    assert conversation.collection == harbour.id


@pytest.mark.usefixtures("documents")
def test_a_tag_picks_what_is_asked_and_what_is_listed(open_page: Open) -> None:
    page = open_page("pages/library.py", "en")
    first, second = library().documents()
    page.multiselect(key=f"tags-{first.id}").set_value(["sea"]).run()
    assert library().document(first.id).tags == ("sea",)
    picks(page).set_value(["#sea"]).run()
    assert f"look-{second.id}" not in {one.key for one in page.button}
    assert f"look-{first.id}" in {one.key for one in page.button}

    chat = open_page("pages/chat.py", "en")
    picks(chat).set_value(["#sea"]).run()
    assert [one.value for one in chat.checkbox] == [True, False]
    assert chat.session_state["excluded"] == [second.id]
    picks(chat).set_value([]).run()
    assert [one.value for one in chat.checkbox] == [True, True]


@pytest.mark.usefixtures("documents")
def test_a_collection_is_renamed_and_removed_with_its_documents(open_page: Open) -> None:
    made = library().shelving.add("old")
    moved = library().documents()[0]
    library().shelving.move([moved.id], made.id)
    page = open_page("pages/library.py", "en")
    page.selectbox[0].select(made.id).run()
    page.text_input(key=f"collection-name-{made.id}").set_value("new").run()
    assert library().shelving.all()[1].name == "new"
    page.button(key="collection-remove").click().run()
    assert [one.id for one in library().shelving.all()] == [DEFAULT_COLLECTION]
    page.button(key=f"undo-document-{moved.id}").click().run()
    assert [one.name for one in library().shelving.all()] == ["", "new"]
