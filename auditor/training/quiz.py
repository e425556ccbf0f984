"""Drawing a quiz from a version's pool and marking its answers. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Pooled(Protocol):
    """What drawing and marking need to know of a question."""

    id: Any
    topic: Any
    choices: Any


def draw(pool: Sequence[Pooled], asked: int, chance: random.Random) -> list[dict[str, Any]]:
    """Return ``asked`` questions in a random order, each with its choices in a random order.

    Every topic of the pool is asked about, as long as there are no more topics than questions.
    """
    by_topic: dict[str, list[Pooled]] = {}
    for question in pool:
        by_topic.setdefault(str(question.topic), []).append(question)
    topics = sorted(by_topic)
    chance.shuffle(topics)
    chosen = [chance.choice(by_topic[topic]) for topic in topics][:asked]
    taken = {question.id for question in chosen}
    rest = [question for question in pool if question.id not in taken]
    chosen += chance.sample(rest, min(len(rest), asked - len(chosen)))
    chance.shuffle(chosen)
    return [{"question": question.id, "choices": _shuffled(question, chance)} for question in chosen]


def _shuffled(question: Pooled, chance: random.Random) -> list[str]:
    ids = [str(choice["id"]) for choice in question.choices]
    chance.shuffle(ids)
    return ids


def is_right(question: Pooled, chosen: Sequence[str]) -> bool:
    """Tell whether exactly the correct choices were chosen."""
    return {str(choice["id"]) for choice in question.choices if choice["correct"]} == set(chosen)


def mark(questions: Sequence[Pooled], answers: Mapping[str, Sequence[str]]) -> int:
    """Return how many questions are answered right."""
    return sum(is_right(question, answers.get(str(question.id), ())) for question in questions)


def passes(correct: int, asked: int, pass_percent: int) -> bool:
    """Tell whether the pass line is reached, in whole numbers: 80 % of 10 is 8."""
    return correct * 100 >= pass_percent * asked
