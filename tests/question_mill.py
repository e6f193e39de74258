"""Questions by the thousand, made of the content's own words and numbers; the same for a seed."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index import Commitment

FRAMES_ZH = [
    *("{thing}有多少?", "今年新增多少{thing}?", "{thing}要达到多少?", "{thing}今年几个?"),
    *("听说{thing}要搞{number}个,是真的吗", "{thing}是不是{number}?", "{year}年{thing}多少?"),
    *("武昌区{thing}有什么计划?", "{thing}方面有哪些举措", "那{thing}呢?", "{thing}"),
    *("去年{thing}完成了多少?", "{thing}什么时候搞好?", "{thing}要花多少钱?", "{number}{thing}"),
    *("新增几所{thing}?{other}多少?", "{thing}多少,还有{other}几个?", "{thing}和{other}"),
]
FRAMES_EN = [
    *("How many {thing} are planned?", "What is the target for {thing}?", "what about {thing}?"),
    *("is it true that {thing} will be {number}?", "How much {thing} in {year}?", "{thing}"),
    *("tell me about {thing}", "and {thing}?", "when will {thing} be finished?"),
    *("How many {thing}? And how many {other}?", "{number} {thing}", "what will {thing} cost?"),
]
YEARS = ["2018", "2019", "2020", "2021", "2025"]
_HAN = re.compile(r"[\u4e00-\u9fff]{2,}")
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+")
_NUMBER = re.compile(r"\d[\d,.]*")


@dataclass(frozen=True)
class Mill:
    """Makes questions of the words of commitments."""

    commitments: Sequence[Commitment]
    chance: random.Random

    def questions(self, count: int) -> Iterator[str]:
        """So many questions, of every kind in turn."""
        kinds: list[Callable[[], str]] = [self._ask, self._slip, self._chinese, self._english]
        for number in range(count):
            yield kinds[number % len(kinds)]()

    def _ask(self) -> str:
        lines = [line for one in self.commitments for line in one.ask]
        return self.chance.choice(lines)

    def _slip(self) -> str:
        """An `ask` line or a quote with some of its words left out or in another order."""
        one = self.chance.choice(self.commitments)
        text = self.chance.choice([*one.ask, one.quote, one.en or one.quote])
        parts = text.split(" ") if text.isascii() else list(text)
        between = " " if text.isascii() else ""
        for _ in range(self.chance.randint(1, 3)):
            place = self.chance.randrange(max(1, len(parts) - 1))
            if self.chance.random() < 0.5 and len(parts) > 2:
                del parts[place]
            else:
                parts[place : place + 2] = reversed(parts[place : place + 2])
        return between.join(parts)

    def _chinese(self) -> str:
        return self._filled(self.chance.choice(FRAMES_ZH), self._some_han)

    def _english(self) -> str:
        return self._filled(self.chance.choice(FRAMES_EN), self._some_words)

    def _filled(self, frame: str, thing: Callable[[], str]) -> str:
        year = self.chance.choice(YEARS)
        return frame.format(thing=thing(), other=thing(), number=self._number(), year=year)

    def _some_han(self) -> str:
        """Two to eight characters of a quote."""
        run = self.chance.choice(_HAN.findall(self.chance.choice(self.commitments).quote))
        length = self.chance.randint(2, min(8, len(run)))
        start = self.chance.randint(0, len(run) - length)
        return run[start : start + length]

    def _some_words(self) -> str:
        """One to three words of an English line."""
        words = _WORD.findall(self.chance.choice([one.en for one in self.commitments if one.en]))
        length = self.chance.randint(1, min(3, len(words)))
        start = self.chance.randint(0, len(words) - length)
        return " ".join(words[start : start + length])

    def _number(self) -> str:
        """A number of some other commitment."""
        numbers = [found for one in self.commitments for found in _NUMBER.findall(one.quote)]
        return self.chance.choice(numbers)
