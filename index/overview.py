"""Broad questions, such as "教育方面有什么计划?" and "what about the environment?".

No one clause answers them. They are known by their form, and by how many commitments fit about
equally.
"""

import re

from index.questions import Question

_PLANS = (
    "计划|安排|举措|打算|措施|目标|动作|工作|规划|任务|变化|内容|部署|承诺|说法|想法|项目|政策|事"
)
_WIDE = re.compile(
    rf"(?:什么|哪些|啥|么|什么样的)(?:新|大|主要|具体)?(?:的)?(?:{_PLANS})"
    r"|(?:讲|说|提到?|写|做)了?(?:些|哪些)?(?:什么|啥|么)|怎么(?:规划|安排|部署|打算|说的?|写的?|讲的?)[\s?。]*$"
    r"|方面呢?[\s?。]*$|(?:介绍|说说|讲讲|谈谈|聊聊|总结|概括)"
    r"|^(?:and )?(?:what|how) about\b|\btell me (?:more )?about\b|\banything (?:about|on|for)\b"
    r"|\bwhat(?:s| is| are| will be| does| do)\b.*\b(?:plans?|planned|measures|goals|aims|targets"
    r"|steps|priorities|policies|initiatives|commitments|promises|done|doing|new|say|says)\b"
    r".*\b(?:for|on|about|in|regarding|around|to)\b"
    r"|\b(?:plans?|measures|goals|targets|priorities|policies|initiatives|commitments|overview)\b"
    r" (?:for|on|about|in|regarding)\b"
)
_TOPIC_CHARS, _TOPIC_WORDS = 4, 2


def topic_of(question: Question) -> str:
    """The words for the topic of a question that asks, by its form, for all that is said on it.

    `""` for any other question.
    """
    if question.wants_quantity or not _WIDE.search(question.asked):
        return ""
    return _WIDE.sub(" ", question.asked).strip()


def is_topic(words: Question) -> bool:
    """Whether words are few enough to name a topic, not one thing with what makes it that one."""
    named = sum(span.weight > 0 for span in words.spans)
    return 0 < named <= (_TOPIC_CHARS if words.is_chinese else _TOPIC_WORDS)
