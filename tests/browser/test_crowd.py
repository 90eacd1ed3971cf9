"""Two visitors who ask at the same time, while one of them adds a long document."""

from benchmarks.crowd import crowd
from tests.browser.conftest import Visit


def test_each_is_answered_from_their_own_document(visit: Visit, address: str) -> None:
    errors, added = crowd(visit, address, visitors=2, questions=2, pages=60)
    assert errors == []
    assert added >= 1
