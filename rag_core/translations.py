"""Errors in the reader's language: the one place where an error becomes words for a person."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain

from rag_core.errors import LimitExceeded, SeodamError, limit_in_words
from rag_core.particles import agreeing

_KOREAN: dict[str, tuple[str, str]] = {
    "error": ("문제가 생겼어요.", "다시 시도해 주세요. 되풀이되면 알려 주세요."),
    "bad_upload": ("{name} 파일을 쓸 수 없어요.", "다른 파일로 다시 시도해 주세요."),
    "unsupported_format": (
        "{name} 파일은 읽을 수 없는 형식이에요.",
        "다음 형식 가운데 하나로 저장해 주세요: {formats}.",
    ),
    "old_format": (
        "{name} 파일은 읽을 수 없는 옛 형식이에요.",
        "파일을 만든 프로그램에서 열어 {better} 또는 PDF로 저장해 주세요.",
    ),
    "packed_file": (
        "{name} 파일은 여기에서 열지 않는 압축 파일이에요.",
        "압축을 풀어 안에 든 파일을 넣거나, 파일을 하나의 .zip으로 묶어 주세요.",
    ),
    "protected_file": (
        "{name} 파일은 비밀번호나 복사 방지로 잠겨 있어요.",
        "파일을 만든 프로그램에서 잠금을 풀거나 PDF로 저장해 주세요.",
    ),
    "broken_file": (
        "{name} 파일이 손상되었거나 이름과 다른 형식이라 열 수 없어요.",
        "파일을 만든 프로그램에서 열어 PDF로 다시 저장해 주세요.",
    ),
    "empty_document": (
        "{name} 파일에서 읽을 수 있는 글자를 찾지 못했어요({pages}쪽, 그림뿐인 것 같아요).",
        "글자 인식(OCR)을 거친 파일이나 글자가 들어 있는 파일을 넣어 주세요.",
    ),
    "scans_only": (
        "{name} 파일은 글자 없이 그림뿐인 스캔이에요({pages}쪽). 읽으려면 Tesseract가 필요해요.",
        "한국어와 함께 설치한 뒤 파일을 다시 넣어 주세요: {command}",
    ),
    "password_needed": (
        "{name} 파일은 비밀번호로 잠겨 있어요.",
        "비밀번호와 함께 다시 넣어 주세요. 비밀번호는 저장하지 않아요.",
    ),
    "broken_set": (
        "{name}을(를) 질문 모음으로 읽을 수 없어요.",
        "한 줄에 question, answer, evidence(doc, page)가 있는 JSON 하나씩을 적은 파일이나, BEIR의 "
        "queries.jsonl과 qrels(.tsv)를, 있으면 corpus.jsonl까지 넣어 주세요.",
    ),
    "limit_exceeded": (
        "{name} 파일이 한도({limit})를 넘었어요.",
        "파일을 작게 나누거나 설정에서 한도를 올려 주세요.",
    ),
    "address_refused": (
        "{name} 주소는 가져올 수 없어요. 인터넷에 공개된 http, https 주소만 가져와요.",
        "페이지나 파일을 컴퓨터에 저장한 뒤 그 파일을 넣어 주세요.",
    ),
    "fetch_failed": (
        "{name} 주소를 가져오지 못했어요({reason}).",
        "브라우저에서 주소를 확인하고 다시 시도하거나, 파일로 저장해서 넣어 주세요.",
    ),
    "cancelled": ("멈췄어요. 남은 것은 없어요.", "다시 하려면 파일을 한 번 더 넣어 주세요."),
    "removed_meanwhile": (
        "{name} 문서는 넣지 않았어요. 읽는 동안 문서나 책장이 지워졌어요.",
        "그래도 필요하면 다른 책장에 다시 넣어 주세요.",
    ),
    "not_found": ("찾는 {what}이(가) 없어요.", "이미 지웠을 수 있어요. 목록을 확인해 주세요."),
    "library_busy": (
        "다른 서담이 데이터 폴더 {folder}을(를) 쓰고 있어요.",
        "그 서담을 닫거나 --data 또는 SEODAM_DATA로 다른 폴더를 골라 주세요.",
    ),
    "store_failed": (
        "저장소를 읽거나 쓸 수 없어요({reason}).",
        "디스크 공간을 비우거나 백업을 되돌려 주세요. 저장했다고 알린 것은 그대로 있어요.",
    ),
    "wrong_setting": ("{setting} 값으로 {value}은(는) 쓸 수 없어요.", "쓸 수 있는 값: {allowed}."),
    "broken_prices": (
        "가격표 {file} 파일을 읽을 수 없어요. {line}번째 줄이 “{text}”예요.",
        '["openai:gpt-4o"], input = 2.5, output = 10을 한 줄에 하나씩 적거나 파일을 지워 주세요. '
        "지우면 서담에 든 가격표를 써요.",
    ),
    "too_few_lessons": (
        "배울 글이 너무 적어요. 문제를 {found}개밖에 만들 수 없었어요.",
        "글이 이어진 문서를 더 넣어 주세요. 문제가 {needed}개는 있어야 해요.",
    ),
    "missing_extra": ("{needs}이(가) 설치되어 있지 않아요.", "이렇게 설치해 주세요: {command}"),
    "model_failed": (
        "{model} 모델이 답하지 못했어요.",
        "다시 묻거나 설정에서 다른 모델을 골라 주세요.",
    ),
    "model_key": ("{model} 서버가 API 키를 받아들이지 않았어요.", "설정에서 키를 확인해 주세요."),
    "model_overloaded": (
        "{model} 서버가 붐비거나 사용 한도를 넘었어요.",
        "잠시 뒤에 다시 물어봐 주세요.",
    ),
    "model_unreachable": (
        "{model} 서버에 연결할 수 없어요.",
        "설정에서 주소를 확인하고 서버가 켜져 있는지 봐 주세요.",
    ),
    "no_model_server": (
        "{model}에서 답이 왔지만 모델 서버의 답이 아니에요.",
        "주소와 서버 종류를 확인해 주세요. 주소는 대개 /v1로 끝나요.",
    ),
    "model_timeout": (
        "{model} 모델이 너무 오래 걸렸어요.",
        "다시 묻거나 더 빠른 모델을 골라 주세요.",
    ),
    "prompt_too_long": (
        "읽을 글이 {tokens}토큰인데 {model} 모델에는 {window}토큰까지만 들어가요.",
        "더 긴 글을 읽는 모델을 고르거나 더 짧게 물어봐 주세요.",
    ),
    "too_much_sent": (
        "보낸 글이 {model} 모델이 한 번에 읽는 길이를 넘었어요.",
        "이 대화에서 보낼 글의 길이를 줄이거나 다른 모델을 골라 주세요.",
    ),
    "model_answer": (
        "{model} 모델의 답이 중간에 끊겼거나 알아볼 수 없어요.",
        "다시 물어봐 주세요. 그때까지 받은 것은 남겨 두었어요.",
    ),
}

_KOREAN_DETAILS = {
    "a public address of the internet": "인터넷에 공개된 주소",
    "an http or https address without a password in it": "비밀번호가 들어 있지 않은 http 주소",
    "server address": "서버 주소",
    "document": "문서",
    "conversation": "대화",
    "page": "쪽",
    "disk_full": "디스크가 가득 참",
    "read_only": "쓸 수 없는 폴더",
    "newer": "더 새로운 서담이 만든 데이터",
    "corrupt": "데이터 파일이 손상됨",
    "locked": "다른 프로그램이 잠금",
    "unreachable": "연결할 수 없음",
    "timeout": "시간이 너무 오래 걸림",
    "redirects": "다른 주소로 너무 많이 넘어감",
    "certificate": "인증서를 믿을 수 없음",
    "encoding": "알 수 없는 압축",
    "unexpected": "알 수 없는 까닭",
}


_KOREAN_LIMITS = {
    "bytes": "{}MB",
    "pages": "{}쪽",
    "characters": "{}자",
    "seconds": "{}초",
    "memory": "메모리 {}MB",
    "files": "압축 파일 안의 파일 {}개",
    "unpacked": "압축을 푼 크기 {}MB",
}


class _Shown(dict[str, object]):
    def __missing__(self, key: str) -> str:
        return "?"


def in_words(error: SeodamError, language: str) -> tuple[str, str]:
    """What happened and the way out, in Korean ("ko") or English (anything else)."""
    return error_in_words(error.code, error.details, language)


def error_in_words(code: str, details: Mapping[str, object], language: str) -> tuple[str, str]:
    """The same for an error of which only code and details were kept."""
    if language != "ko":
        error = _kinds().get(code, SeodamError)(**details)
        return error.what, error.hint
    what, way_out = _KOREAN.get(code, _KOREAN["error"])
    shown = _Shown({key: _korean(value) for key, value in details.items()})
    if code == LimitExceeded.code:
        shown["limit"] = limit_in_words(details, _KOREAN_LIMITS)
    said = [agreeing(one, shown).format_map(shown) for one in (what, way_out)]
    return said[0], said[1]


@lru_cache(maxsize=1)
def translated() -> tuple[tuple[str, str], ...]:
    """Sentences that say the same in Korean and in English, with ? for what they tell of."""
    codes = [code for code in _kinds() if code in _KOREAN and code != LimitExceeded.code]
    said = [[error_in_words(code, {}, language) for code in codes] for language in ("ko", "en")]
    pairs = zip(*map(chain.from_iterable, said), strict=True)
    return tuple(dict(pairs).items())


def _kinds() -> dict[str, type[SeodamError]]:
    """Every kind of error by its code."""
    kinds, found = [SeodamError], {}
    while kinds:
        kind = kinds.pop()
        found[kind.code] = kind
        kinds.extend(kind.__subclasses__())
    return found


def _korean(value: object) -> object:
    return _KOREAN_DETAILS.get(value, value) if isinstance(value, str) else value
