"""Say what a metric is: what it needs of answers, and what is known of its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

# What is known of a metric's form, and so how a change of it is bounded:
#   share     the share of cases that are right: function(y, scores) gives 0 or 1 for each
#   mean      a mean over cases: function(y, scores) gives each case's part
#   table     of how often which class is taken for which: function(tables) scores many tables (n, truth, told)
#   weighted  of the cases and their weights: function(y, scores) gives a function of many weights (n, cases)
#   whole     anything: function(y, scores) gives the number
KINDS = ("share", "mean", "table", "weighted", "whole")


class Metric(NamedTuple):
    """Hold how a metric's function is made for some classes, and what it needs: decisions, ranks, probabilities or values.

    ``many`` names its sibling where it is for two classes only.
    """

    needs: str
    kind: str
    make: Callable[[tuple[Any, ...]], Callable[..., Any]]
    is_binary: bool = False
    many: str = ""


def positive(classes: tuple[Any, ...]) -> int:
    """Give the place of the class that scores of one class are of: 1, or else the last.

    >>> positive((0, 1)), positive(("ham", "spam")), positive((1, 2))
    (1, 1, 0)
    """
    return next((at for at, name in enumerate(classes) if not isinstance(name, str) and name == 1), len(classes) - 1)


def always(function: Callable[..., Any]) -> Callable[[tuple[Any, ...]], Callable[..., Any]]:
    """Give a metric's function whatever the classes are."""
    return lambda classes: function
