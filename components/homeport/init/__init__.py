"""The first settings of an organisation: answers to a few questions, rendered as stack files. Pure but for `change`."""

from __future__ import annotations

from homeport.init.answers import Answers, AnswersError, parse_answers
from homeport.init.render import render

__all__ = ["Answers", "AnswersError", "parse_answers", "render"]
