"""The model card: where the model comes from, under which licences, and how to make it again."""

from collections.abc import Mapping
from dataclasses import asdict
from string import Template

from index.training.corpus import CorpusFile
from index.training.recipe import Recipe

FIGURES_BEGIN, FIGURES_END = "<!-- figures -->", "<!-- end of figures -->"

# File: what it is, and its source's licence as best known.
_ORIGINS = {
    "residents": "questions, written by hand for this project, about clauses of the 2026 work "
    "reports of 30 provinces (official texts, not protected by copyright)",
    "everyday": "everyday words for what work reports promise, written by hand for this project",
    "parallel_laws": "laws of Taiwan with their official translations, Ministry of Justice "
    "(open government data licence of Taiwan, version 1.0)",
    "parallel_other": "Tatoeba (CC BY 2.0 FR, tatoeba.org contributors), NTREX-128 (CC BY-SA 4.0, "
    "Microsoft), TICO-19 (CC0), SDG texts (United Nations; MIT), login.gov (CC0), the Mozilla "
    "website (MPL 2.0)",
    "questions": "Taipei City FAQ (OGDL-Taiwan 1.0), archive.tw transcripts (CC0), DRCD (CC BY-SA "
    "3.0, Delta Research Center), CMRC 2018 (CC BY-SA 4.0, HFL)",
    "headings": "headings and paragraphs of government work reports (official texts)",
    "reports_text": "work reports of the State Council and of 30 provinces (official texts)",
    "laws_text": "laws and regulations of the People's Republic of China (official texts)",
    "transcripts_text": "archive.tw transcripts (CC0)",
    "dictionary_ecdict": "ECDICT (MIT, Linwei)",
    "dictionary_cedict": "CC-CEDICT (CC BY-SA 3.0, MDBG and contributors)",
    "dictionary_wordnet": "Chinese Open Wordnet (WordNet licence, F. Bond and S. Wang), Open "
    "English WordNet (CC BY 4.0), CILI (CC BY 4.0)",
    "dictionary_osm": "OpenStreetMap iD tagging schema (ISC)",
}

_CARD = Template(
    """---
language: [zh, en]
license: cc-by-sa-4.0
library_name: sentence-transformers
pipeline_tag: sentence-similarity
tags: [sentence-transformers, static-embedding]
---
# $name

A static bilingual encoder, Chinese and English, for questions about government work reports: a
table of $tokens token vectors of $dimension dimensions (the first $short serve alone as well),
averaged with a weight a token. It was made by the project whose `index/training` is beside it and
serves as that project's default encoder.

Texts are to be normalised first: NFKC, lower case, Traditional to Simplified Chinese
(`index.text.normalise`). The float16 rows have length 1; `weights` holds each token's weight.

## How it was made

`python -m index train CORPUS OUT`, with these settings (`index/training/recipe.py`):

$settings

Seed: $seed. A token's vector was trained as the sum of its own and of the mean of its parts'
(characters, pairs of characters; beginnings and endings of English words), then stored as one.
The loss is in-batch contrast in both directions at $dimensions dimensions; rows with equal texts
and near-equal clauses are not each other's negatives.

## Data, sources, licences

$data

The texts themselves are not in this folder. Because some sources are under share-alike licences,
the model is offered under CC BY-SA 4.0.

## Figures

$figures_begin
Not yet measured.
$figures_end
"""
)

_FIGURES = """Accuracy at first place, measured by

    python -m index train CORPUS MODEL --measure --quotes COMMITMENTS --questions QUESTIONS

`report`: a report's questions among the quotes of its commitments (neither was trained on);
`residents`: each question of every twelfth row among those rows' clauses, which were kept out of
training; the others: the held-out sets of the corpus (`xquad_*`: CC BY-SA 4.0, `flores`: CC BY-SA
4.0), each text among all its partners. By chance each would be below .01.

| set | accuracy |
|---|---|
{rows}
"""


def write_card(name: str, recipe: Recipe, files: Mapping[str, CorpusFile], *, tokens: int) -> str:
    """The card's text, its figures still to be put in."""
    settings = asdict(recipe)
    used = [file for file_name, file in sorted(files.items()) if file_name not in recipe.left_out]
    return _CARD.substitute(
        name=name,
        tokens=f"{tokens:,}",
        dimension=recipe.dimensions[0],
        short=recipe.dimensions[-1],
        dimensions=" and ".join(map(str, recipe.dimensions)),
        settings="\n".join(f"- `{key}`: {value}" for key, value in settings.items()),
        seed=recipe.seed,
        data="\n".join(_data_line(file) for file in used),
        figures_begin=FIGURES_BEGIN,
        figures_end=FIGURES_END,
    )


def _data_line(file: CorpusFile) -> str:
    origin = _ORIGINS.get(file.name, "origin and licence not known to this project: add them here")
    return f"- `{file.name}`, {len(file.rows):,} rows: {origin}"


def put_figures(card: str, figures: Mapping[str, float]) -> str:
    """The card with a table of figures and the command they come from."""
    before, _, rest = card.partition(FIGURES_BEGIN)
    _, _, after = rest.partition(FIGURES_END)
    rows = "\n".join(f"| {name} | {figure:.3f} |" for name, figure in figures.items())
    return f"{before}{FIGURES_BEGIN}\n{_FIGURES.format(rows=rows)}{FIGURES_END}{after}"
