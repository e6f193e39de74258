"""Makes `index/models/ordinary` from the corpus: which Chinese and English is ordinary.

Run as `python -m index.training.ordinary CORPUS`. Of the texts only counts are kept: which
characters stand side by side, and which words of the dictionaries are used.
"""

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import click

from index.ordinary import CHINESE_PAIRS, ENGLISH_WORDS
from index.text import normalise
from index.training.corpus import CorpusFile, read_corpora

# A pair of characters seen less often may be a typo or a name; so may an English word.
_MIN_PAIRS, _MIN_WORDS = 12, 2

_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_DICTIONARY_WORD = re.compile(r"[\u4e00-\u9fff]{2,4}")
_ENGLISH = re.compile(r"[a-z]+")
_TEXTS = ("a", "b", "text", "clause", "en", "zh1", "zh2", "zh3", "en1", "en2")


def ordinary_pairs(files: Iterable[CorpusFile]) -> set[str]:
    """The pairs of Chinese characters that are often neighbours or belong to a dictionary word."""
    counts: Counter[str] = Counter()
    words: list[str] = []
    for file in files:
        if file.name == "dictionary_cedict":
            words += [row["b"] for row in file.rows if _DICTIONARY_WORD.fullmatch(row["b"])]
        elif not file.name.startswith("dictionary"):
            for text in _texts(file):
                for run in _CHINESE.findall(text):
                    counts.update(_pairs(run))
    found = {pair for pair, count in counts.items() if count >= _MIN_PAIRS}
    # 电体 stands in 带电体, but nobody writes it: a part of a longer word must have been seen.
    found.update(pair for word in words for pair in _pairs(word) if counts[pair] or word == pair)
    return found


def ordinary_words(files: Iterable[CorpusFile]) -> set[str]:
    """The English words of WordNet, and those of ECDICT that the texts use."""
    counts: Counter[str] = Counter()
    found: set[str] = set()
    listed: set[str] = set()
    for file in files:
        if file.name == "dictionary_wordnet":
            lemmas = [row["a"].split(":")[0] for row in file.rows if row["la"] == "en"]
            found.update(word for some in lemmas for word in _ENGLISH.findall(some))
        elif file.name == "dictionary_ecdict":
            listed.update(row["a"].lower() for row in file.rows)
        elif not file.name.startswith("dictionary"):
            for text in _texts(file):
                counts.update(_ENGLISH.findall(text))
    return found | {word for word in listed if counts[word] >= _MIN_WORDS}


def _texts(file: CorpusFile) -> Iterator[str]:
    for row in file.rows:
        yield from (normalise(row[key]) for key in _TEXTS if key in row)


def _pairs(run: str) -> Iterable[str]:
    return map(str.__add__, run, run[1:])


def _write(path: Path, lines: Iterable[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    content = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content, mtime=0))


@click.command()
@click.argument("corpus", type=click.Path(exists=True, file_okay=False, path_type=Path))
def main(corpus: Path) -> None:
    """Write the ordinary pairs and words of CORPUS.

    Example: python -m index.training.ordinary CORPUS
    """
    files = list(read_corpora([corpus]).values())
    pairs = sorted(ordinary_pairs(files))
    grouped = groupby(pairs, key=lambda pair: pair[0])
    _write(CHINESE_PAIRS, (first + "".join(pair[1] for pair in some) for first, some in grouped))
    words = sorted(word for word in ordinary_words(files) if len(word) > 1)
    _write(ENGLISH_WORDS, words)
    click.echo(f"{len(pairs)} pairs, {len(words)} words")


if __name__ == "__main__":
    main()
