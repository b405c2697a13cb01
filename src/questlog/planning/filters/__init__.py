"""The language of filters: Todoist's, over the fields of Questlog. docs/filters.md has its grammar."""

from questlog.planning.filters.canonical import canonical
from questlog.planning.filters.conditions import compile_shape
from questlog.planning.filters.errors import FilterSyntaxError
from questlog.planning.filters.matching import Matching
from questlog.planning.filters.parser import MAX_LENGTH, parse

__all__ = ["MAX_LENGTH", "FilterSyntaxError", "Matching", "canonical", "compile_shape", "parse"]
