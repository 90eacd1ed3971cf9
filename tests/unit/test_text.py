import unicodedata

import pytest

from rag_core.text import (
    find_quote,
    language,
    normalise,
    sentences,
    shortened,
    squash,
)


def said(text):
    return [text[start:end] for start, end in sentences(text)]


def test_normalise_drops_what_stores_refuse_and_keeps_lines():
    assert normalise("a\x00b\ud800c\r\nd\re\u200b\ufefff\u00ad\tg") == "abc\nd\nef\tg"


def test_a_text_is_shortened_on_one_line_to_what_fits():
    assert shortened("two\n words", 9) == "two words"
    assert shortened("two words more", 10) == "two words…"
    assert shortened("two words", 5) == "two…"


def test_normalise_composes_korean():
    assert normalise(unicodedata.normalize("NFD", "한글 é")) == "한글 é"


@pytest.mark.parametrize(
    ("quote", "text", "found"),
    [
        ("electronic cash", "peer-to-peer electronic\ncash system", "electronic\ncash"),
        ('he said "no"', "He: he said “no”.", "he said “no”"),
        ("don't", "they don’t know", "don’t"),
        ("인젝션 취약점", "A2 – 인젝션취 약점", "인젝션취 약점"),
        ("fine office", "a ﬁne of-\nfice here", "ﬁne of-\nfice"),
        ("2018-23-51", "(AD) 2018–23–51", "2018–23–51"),
        (
            "가나",
            "x " + unicodedata.normalize("NFD", "가나다"),
            unicodedata.normalize("NFD", "가나"),
        ),
        ("ABC", "ＡＢＣ", "ＡＢＣ"),
        ("1/2", "1⁄2", None),
        ("Cash", "cash", None),
        ("", "anything", None),
        (" -\n", "anything", None),
    ],
)
def test_a_quote_is_found_despite_its_typesetting(quote, text, found):
    span = find_quote(quote, text)
    assert (text[slice(*span)] if span else None) == found


def test_squash_says_where_each_letter_comes_from():
    text = "“ﬁ\u00ad ” 가"
    plain, places = squash(text)
    assert plain == '"fi"가'
    assert [text[i] for i in places] == ["“", "ﬁ", "ﬁ", "”", "가"]


def test_english_sentences():
    text = 'Dr. Smith paid $3.50 in the U.S. market. He said "Stop!" Then e.g. J. Doe left?'
    assert said(text) == [
        "Dr. Smith paid $3.50 in the U.S. market.",
        'He said "Stop!"',
        "Then e.g. J. Doe left?",
    ]


def test_a_sentence_goes_on_behind_dots_and_ends_behind_its_notes():
    text = "Open from 9 a.m. to 5 p.m. on weekdays. It closed at 5 p.m. The U.S. pays."
    assert said(text) == [
        "Open from 9 a.m. to 5 p.m. on weekdays.",
        "It closed at 5 p.m.",
        "The U.S. pays.",
    ]
    text = 'He called it "quick."[4][5] Others, as Lee et al.[6] The rest agreed.[note 1] So it is.'
    assert said(text) == [
        'He called it "quick."[4][5]',
        "Others, as Lee et al.[6] The rest agreed.[note 1]",
        "So it is.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2026. 2월: 사업자 선정 공고",
        "부칙 <2024. 3. 15.>",
        "이 규칙은 2024. 3. 15. 공포한 날부터 시행한다.",
        "사업 기간은 '25. 3. ~ '26. 12. 까지로 한다.",
    ],
)
def test_a_korean_date_ends_no_sentence(text):
    assert said(text) == [text]


def test_a_year_may_end_a_sentence():
    assert said("처음 연 것은 2024. 그 뒤로는 없다.") == ["처음 연 것은 2024.", "그 뒤로는 없다."]
    assert said("It opened in 2024. 3 came.") == ["It opened in 2024.", "3 came."]
    dated = "문은 2024. 3. 15.\n사람은 없다."
    assert said(dated) == ["문은 2024. 3. 15.", "사람은 없다."]


def test_korean_sentences_end_without_a_mark_at_a_line_end():
    text = "비트코인은 전자 화폐이다. 2.5배 빠르다!\n작업 증명이 필요합니다\n그래서 오래 걸린다"
    assert said(text) == [
        "비트코인은 전자 화폐이다.",
        "2.5배 빠르다!",
        "작업 증명이 필요합니다",
        "그래서 오래 걸린다",
    ]


def test_a_full_line_that_goes_on_is_one_sentence():
    text = (
        "A purely peer-to-peer version of electronic cash would allow online\npayments to be sent."
    )
    assert said(text) == [text]


def test_lists_headings_and_blank_lines_part():
    lead = "Commerce relies on trust in many ways, as follows:"
    text = f"1. Introduction\n{lead}\n- banks\n- mints\n\nEnd"
    assert said(text) == [
        "1. Introduction",
        "Commerce relies on trust in many ways, as follows:",
        "- banks",
        "- mints",
        "End",
    ]


def test_leader_dots_end_no_sentence():
    row = "Software check .. 1 hour at $85 = $85 ...... $0 ......... $85 .... $6,205."
    assert said(row + " It is cheap... Is it?") == [row, "It is cheap...", "Is it?"]


def test_sentences_hold_everything_but_white_space():
    text = "  One. Two \n\n\n three\t… 네. 다섯"
    assert "".join("".join(said(text)).split()) == "".join(text.split())


@pytest.mark.parametrize("text", ["", " \n\n ", "...", "\t"])
def test_sentences_of_nothing(text):
    assert "".join(said(text)) == text.strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("GPT-4를 파이썬 API로 쓰는 법", "ko"),
        ("How do I use it?", "en"),
        ("これは日本語です", "other"),
        ("12 + 30 = 42", "other"),
        ("", "other"),
    ],
)
def test_language_by_script(text, expected):
    assert language(text) == expected
