"""Bytes of a text file → its text: by its mark, by decoding strictly, by what is language."""

from __future__ import annotations

import codecs
import re

from rag_core.parsing.frames import Refused

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 100_000  # bytes that the language is judged by
_COMMON = re.compile(r"[\t\n\r -~가-힣ㄱ-ㅎㅏ-ㅣ、-〕‘-”…·○●□■▶※％℃㎡]")
_HANGUL = re.compile("[가-힣]")
_WIDE = re.compile("[^\x00-\x7f]")
_WRITTEN = re.compile(r"cp\d|iso8859|iso2022|euc|gb|big5|shift|johab|koi8|mac")
_LEAST_UTF16 = 0.9  # share of characters that Korean or English is written with
_LEAST_KOREAN = 0.5  # share of Hangul in what is not ASCII: Korean text has more, others hardly any
_MOST_RARE = 0.5
_WESTERN = re.compile("[\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ‘’‚“”„–—…€«»°§·¡¿ªº£©®™]*")
_MOST_ACCENTED = 0.4  # of the letters of a text in a western language
_NUL = b"\0"


def encoding_of(data: bytes | bytearray, declared: str = "") -> str:
    """The encoding of a text; `declared` is what the file says itself, and need not be true.

    Raises Refused("broken") when no encoding makes language of it: nothing is read as gibberish.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark) and _decodes(data, encoding):
            return encoding
    if _NUL in data[:_SAMPLE]:
        return _utf16(data)
    if _decodes(data, "utf-8"):
        return "utf-8"
    encoding = _known(declared)
    if encoding and _decodes(data, encoding) and not _is_gibberish(data, encoding):
        return encoding
    if _is_korean(data):
        return "cp949"
    return "cp1252" if _is_western(data) else _by_statistics(data)


def _decodes(data: bytes | bytearray, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeError:
        return False
    return True


def _sample(data: bytes | bytearray, encoding: str) -> str:
    return data[:_SAMPLE].decode(encoding, "ignore")


def _known(name: str) -> str:
    """A declared encoding by the name that decodes it; "" for what no text file is written in."""
    try:
        found = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        return ""
    if found == "euc_kr":  # in practice, what Windows makes of it
        return "cp949"
    return found if _WRITTEN.match(found) else ""


def _is_gibberish(data: bytes | bytearray, encoding: str) -> bool:
    """Whether what is no ASCII became control characters, or Hangul that is hardly written: of
    its 11,172 syllables, Korean is written with the 2,350 of KS X 1001 and few others."""
    text = _sample(data, encoding)
    wide, hangul = _WIDE.findall(text), _HANGUL.findall(text)
    controls = sum("\x80" <= letter <= "\x9f" for letter in wide)
    rare = sum(len(syllable.encode("euc_kr", "replace")) != 2 for syllable in hangul)
    return controls > 0.1 * len(wide) or rare > _MOST_RARE * len(hangul)


def _utf16(data: bytes | bytearray) -> str:
    """UTF-16 without a mark, told by what comes of it."""
    for encoding in ("utf-16-le", "utf-16-be"):
        if _decodes(data, encoding):
            text = _sample(data, encoding)
            if len(_COMMON.findall(text)) >= _LEAST_UTF16 * len(text):
                return encoding
    raise Refused("broken")


def _is_korean(data: bytes | bytearray) -> bool:
    """Whether CP949, which holds EUC-KR, makes Korean of it."""
    if not _decodes(data, "cp949"):
        return False
    text = _sample(data, "cp949")
    hangul, wide = _HANGUL.findall(text), _WIDE.findall(text)
    return len(hangul) >= _LEAST_KOREAN * len(wide) and not _is_gibberish(data, "cp949")


def _is_western(data: bytes | bytearray) -> bool:
    """Whether Windows' western encoding makes words with here and there an accent of it."""
    if not _decodes(data, "cp1252"):
        return False
    text = _sample(data, "cp1252")
    letters = [letter for letter in text if letter.isalpha()]
    accented = sum(letter > "\x7f" for letter in letters)
    return bool(_WESTERN.fullmatch(text)) and accented < _MOST_ACCENTED * len(letters)


def _by_statistics(data: bytes | bytearray) -> str:
    """Other languages' old encodings, by how often their letters follow one another."""
    from charset_normalizer import from_bytes  # for these alone: it costs more than the reading

    best = from_bytes(bytes(data[:_SAMPLE])).best()
    if best is None or not _decodes(data, best.encoding):
        raise Refused("broken")
    return str(best.encoding)
