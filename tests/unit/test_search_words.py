"""The search words of texts and questions."""

import unicodedata

from rag_core.search_words import lexical_tokens, question_tokens


def test_korean_words_meet_despite_particles_and_spacing():
    asked = set(lexical_tokens("데이터베이스를"))
    assert "데이터베이스" in asked
    assert len(asked & set(lexical_tokens("데이터 베이스에서"))) >= 4


def test_scripts_and_numbers_part_and_stay_whole():
    tokens = lexical_tokens("GPT를 516명이 1,234.5원 A8 CVE-2017-5638 ＧＰＵ")
    for token in ("gpt", "를", "516", "516명", "1234.5", "a8", "cve", "2017", "5638", "gpu"):
        assert token in tokens


def test_english_words_meet_in_their_stem():
    assert lexical_tokens("running Dogs' café's") == lexical_tokens("run dog cafe")


def test_a_question_is_left_with_what_it_asks_about():
    assert question_tokens("What is the name of the dog?") == ["name", "dog"]
    assert "무엇" not in question_tokens("비트코인은 무엇인가요?")
    for request in ("RAG가 뭐예요?", "RAG를 설명해 주세요", "RAG에 대해 알려줘", "Tell me: RAG?"):
        assert question_tokens(request)[0] == "rag"
        assert not {"가", "를", "설명", "알려", "주세요", "tell"} & set(question_tokens(request))
    assert question_tokens("설명해 주세요")
    assert question_tokens("what is it?")


def test_lexical_tokens_of_the_same_text_in_nfd():
    text = "회복탄력성이란 무엇인가"
    assert lexical_tokens(unicodedata.normalize("NFD", text)) == lexical_tokens(text)
