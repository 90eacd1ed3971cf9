import dataclasses
import pickle
import re
from string import Formatter

import pytest

from rag_core import translations
from rag_core.errors import LimitExceeded, NotFound, SeodamError
from rag_core.parsing import Limits
from rag_core.translations import error_in_words, in_words


def _all_kinds(kind: type[SeodamError] = SeodamError) -> list[type[SeodamError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in _all_kinds(child))]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", _all_kinds(), ids=lambda kind: kind.__name__)
def test_every_error_speaks_korean_with_the_same_details(kind: type[SeodamError]) -> None:
    what, way_out = translations._KOREAN[kind.code]
    assert _fields(what) <= _fields(kind.template) | {"name"}
    assert _fields(kind.template) <= _fields(what) | _fields(way_out)
    assert what.endswith(".")
    assert way_out


def test_no_translation_without_an_error() -> None:
    assert set(translations._KOREAN) == {kind.code for kind in _all_kinds()}


def test_codes_are_unique() -> None:
    codes = [kind.code for kind in _all_kinds()]
    assert len(codes) == len(set(codes))


def test_words_name_the_file_the_limit_and_the_way_out() -> None:
    error = LimitExceeded(name="보고서.pdf", limit="pages", allowed=3000, found=9000)
    korean, _ = in_words(error, "ko")
    english, way_out = in_words(error, "en")
    assert "보고서.pdf" in korean
    assert korean == "보고서.pdf 파일이 한도(3,000쪽)를 넘었어요."
    assert english == "보고서.pdf goes beyond the limit of 3,000 pages."
    assert "Split" in way_out


def test_every_limit_is_named_with_its_amount_and_unit_in_both_languages() -> None:
    for field in dataclasses.fields(Limits):
        limit = field.name.removesuffix("_mb")
        error = LimitExceeded(name="a.pdf", limit=limit, allowed=field.default, found="more")
        amount = field.default // 2**20 if limit in {"bytes", "unpacked"} else field.default
        korean, english = in_words(error, "ko")[0], in_words(error, "en")[0]
        assert f"{amount:,}" in korean
        assert f"{amount:,}" in english
        assert re.search(rf"{amount:,}(MB|쪽|자|초|개)", korean)
        assert limit in english or "MB" in english


def test_a_kept_code_is_told_as_the_error_itself() -> None:
    error = NotFound(what="document")
    for language in ("ko", "en"):
        assert error_in_words(error.code, error.details, language) == in_words(error, language)


def test_errors_cross_processes() -> None:
    error = pickle.loads(pickle.dumps(LimitExceeded(name="a", limit="pages", allowed=1)))
    assert isinstance(error, LimitExceeded)
    assert error.details["limit"] == "pages"
