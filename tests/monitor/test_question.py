"""When a question beside the polls is asked."""

from __future__ import annotations

from kstar_tui.monitor.question import Question


def asked_at(question: Question, polls: int) -> list[int]:
    """The polls at which it is asked, in vain."""
    asked = []
    for number in range(polls):
        question.poll()
        if question.due:
            asked.append(number)
            question.lost()
    return asked


def test_it_rests_longer_after_further_losses() -> None:
    assert asked_at(Question(10), 35) == [0, 10, 20, 30]
    assert asked_at(Question(1, 10), 35) == [0, 1, 11, 21, 31]


def test_answered_it_is_due_no_more_until_it_may_have_changed() -> None:
    question = Question(1, 10)
    assert asked_at(question, 5) == [0, 1]
    assert not question.settled
    question.answered()
    assert question.settled
    assert asked_at(question, 50) == []
    question.again()
    assert not question.settled
    assert asked_at(question, 5) == [0, 1]
