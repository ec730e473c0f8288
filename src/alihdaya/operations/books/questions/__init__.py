"""Questions that clients register: registered, answered with probabilities, settled; read back with bits and scores."""

from alihdaya.operations.books.questions.commands import Inquire
from alihdaya.operations.books.questions.reading import Answer, Question, minutes_spent, plain, questions
from alihdaya.operations.books.questions.station import inquire

__all__ = ["Answer", "Inquire", "Question", "inquire", "minutes_spent", "plain", "questions"]
