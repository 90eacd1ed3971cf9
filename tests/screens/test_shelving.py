"""Collections on the screen: making them, moving into them, asking one of them, picking by tag."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.ui import scope, session
from pages.ui.messages import CATALOGUE, Words
from rag_core.library import Library
from rag_core.types import DEFAULT_COLLECTION, LOCAL_OWNER, Scope, Upload
from tests.screens.conftest import all_text

Open = Callable[..., AppTest]


def library() -> Library:
    return session.seodam().library(LOCAL_OWNER)


def select(page: AppTest, label: str) -> int:
    return [one.label for one in page.selectbox].index(label)


def picks(page: AppTest) -> Any:
    labels = {CATALOGUE[one]["collection.pick"] for one in ("ko", "en")}
    return next(one for one in page.get("button_group") if one.label in labels)


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
    moved_one = Words(language)("collection.moved", n=1, name="항구")
    assert moved_one in [element.value for element in page.success]
    assert "(으)로" not in moved_one

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
    assert [one.label for one in chat.checkbox] == ["등대\\.txt"]
    assert "1 of 2 documents · #sea" in line(chat)
    picks(chat).set_value([]).run()
    assert [one.value for one in chat.checkbox] == [True, True]
    assert line(chat) == "Searching: **My documents** · 2 documents"


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ko", "검색하는 곳: **기본 책장** · 문서 3개 가운데 1개 · #sea"),
        ("en", "Searching: **My documents** · 1 of 3 documents · #sea"),
    ],
)
def test_a_conversation_keeps_its_tag_and_says_so(
    open_page: Open, language: str, said: str
) -> None:
    tagged = next(one for one in library().documents() if one.name == "harbour.txt")
    library().shelving.tag(tagged.id, ["sea"])
    page = open_page("pages/chat.py", language)
    picks(page).set_value(["#sea"]).run()
    page.chat_input[0].set_value("How tall is the lighthouse?").run()
    library().add(Upload("pier.txt", b"The pier of Guryongpo is 400 metres long."))
    (conversation,) = session.seodam().conversations(LOCAL_OWNER).all()
    assert conversation.scope == Scope(tags=("sea",))

    again = open_page("pages/chat.py", language, c=conversation.id)  # a session that knows nothing
    assert line(again) == said
    assert [one.label for one in again.checkbox] == ["harbour\\.txt"]
    again.chat_input[0].set_value("How long is the pier of Guryongpo?").run()
    assert "400 metres" not in all_text(again)
    picks(again).set_value([]).run()
    again.chat_input[0].set_value("How long is the pier of Guryongpo?").run()
    assert "400 metres" in all_text(again)

    fresh = open_page("pages/chat.py", language)
    fresh.button[0].click().run()
    assert session.seodam().conversations(LOCAL_OWNER).get(conversation.id).scope == Scope()
    assert "#sea" not in line(fresh)


@pytest.mark.usefixtures("documents")
def test_names_and_dates_are_kept_and_said_too(open_page: Open) -> None:
    for n in range(7):
        library().add(Upload(f"note {n}.txt", f"Note {n} of the coast.".encode()))
    talks = session.seodam().conversations(LOCAL_OWNER)
    talk = talks.start("coast")
    talks.narrow(talk.id, Scope(tags=tuple("abcde"), days=7))
    page = open_page("pages/chat.py", "en", c=talk.id)
    assert line(page).endswith(
        "0 of 9 documents · #a or #b or #c or 2 more tags · added in the last 7 days"
    )
    page.chat_input[0].set_value("How long is the pier?").run()
    assert CATALOGUE["en"]["chat.none_ticked"] in all_text(page)
    picks(page).set_value(["7"]).run()
    page.text_input(key=f"name-{talk.id}").set_value("NOTE ").run()
    assert talks.get(talk.id).scope == Scope(days=7, name="NOTE")
    assert line(page).endswith("7 of 9 documents · added in the last 7 days · named “NOTE”")


def test_of_several_dates_the_one_picked_last_counts() -> None:
    assert scope.picked(["7", "1"], Scope(days=7)) == Scope(days=1)
    assert scope.picked(["1", "7", "#a"], Scope(days=1)) == Scope(("a",), 7)
    assert scope.picked([], Scope(("a",), 7, "name")) == Scope(name="name")


def line(page: AppTest) -> str:
    """What stands beneath the question."""
    beginnings = tuple(CATALOGUE[one]["scope.line"].split("{")[0] for one in ("ko", "en"))
    return next(one.value for one in page.caption if one.value.startswith(beginnings))


@pytest.mark.usefixtures("documents")
@pytest.mark.parametrize(
    ("language", "removed", "back"),
    [
        (
            "en",
            "Removed the collection **new** and its 2 documents.",
            "**new (2)** is back, with 2 documents.",
        ),
        (
            "ko",
            "책장 **new**을(를) 문서 2개와 함께 지웠어요.",
            "책장 **new (2)**을(를) 문서 2개와 함께 되살렸어요.",
        ),
    ],
)
def test_a_collection_is_renamed_removed_and_brought_back_with_its_documents(
    open_page: Open, language: str, removed: str, back: str
) -> None:
    made = library().shelving.add("old")
    library().shelving.move([one.id for one in library().documents()], made.id)
    page = open_page("pages/library.py", language)
    page.selectbox[0].select(made.id).run()
    page.text_input(key=f"collection-name-{made.id}").set_value("new").run()
    assert library().shelving.all()[1].name == "new"
    page.button(key="collection-remove").click().run()
    assert [one.id for one in library().shelving.all()] == [DEFAULT_COLLECTION]
    assert removed in all_text(page)
    assert [one.key for one in page.button if (one.key or "").startswith("undo-")] == [
        f"undo-collection-{made.id}"
    ]
    library().shelving.add("new")
    page.button(key=f"undo-collection-{made.id}").click().run()
    assert back in all_text(page).replace("\\", "")
    assert [(one.name, one.documents) for one in library().shelving.all()] == [
        ("", 0),
        ("new", 0),
        ("new (2)", 2),
    ]
    assert len([one for one in page.button if (one.key or "").startswith("look-")]) == 2
    page.button(key="collection-remove").click().run()
    library().purge_removed(older_than=0)
    page.button(key=f"undo-collection-{made.id}").click().run()
    assert page.warning[0].value == CATALOGUE[language]["undo.too_late"]
