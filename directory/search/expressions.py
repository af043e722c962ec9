"""Boolean expressions of stems, and the two engines that find the texts in which they hold.

An expression is a stem, an `AllOf` or an `AnyOf` of expressions. PostgreSQL answers from GIN indexes over generated
tsvectors, SQLite from an FTS5 table; both hold the same stems, so that both give the same answers.
"""

import json
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import BooleanField, F, Func


@dataclass(frozen=True)
class AllOf:
    parts: tuple


@dataclass(frozen=True)
class AnyOf:
    parts: tuple


def written(expression, stem, both, either):
    """An expression in an engine's syntax; `stem` writes a leaf, `both` and `either` are its operators."""
    if isinstance(expression, str):
        return stem(expression)
    operator = both if isinstance(expression, AllOf) else either
    return f"({operator.join(written(part, stem, both, either) for part in expression.parts)})"


def leaves(expression):
    """The stems of an expression."""
    return {expression} if isinstance(expression, str) else set().union(*map(leaves, expression.parts))


class Zone(StrEnum):
    """Where in a text: its title, its summary, or anywhere."""

    TITLE = "title"
    SUMMARY = "summary"
    ALL = "all"


class Matched(Func):
    """True for the SearchText rows in which an expression holds, within one zone, by the engine of the database."""

    output_field = BooleanField()

    def __init__(self, expression, zone):
        super().__init__(F("pk"))
        self.expression, self.zone = expression, zone

    @property
    def identity(self):
        return (*super().identity, self.expression, self.zone)

    def as_postgresql(self, compiler, connection):
        row, params = compiler.compile(self.source_expressions[0])
        table = row.removesuffix('."id"')
        query = written(self.expression, "'{}'".format, " & ", " | ")
        return f"{table}.{self.zone}_stems @@ %s::tsquery", [*params, query]

    def as_sqlite(self, compiler, connection):
        row, params = compiler.compile(self.source_expressions[0])
        columns = "title summary body" if self.zone == Zone.ALL else self.zone
        query = written(self.expression, '"{}"'.format, " AND ", " OR ")
        return (
            f"{row} IN (SELECT rowid FROM directory_searchtext_fts WHERE directory_searchtext_fts MATCH %s)",
            [*params, f"{{{columns}}} : {query}"],
        )


class Among(Func):
    """True for the rows whose primary key is one of many, given as one parameter however many they are."""

    output_field = BooleanField()

    def __init__(self, keys):
        super().__init__(F("pk"))
        self.keys = tuple(keys)

    @property
    def identity(self):
        return (*super().identity, self.keys)

    def as_postgresql(self, compiler, connection):
        row, params = compiler.compile(self.source_expressions[0])
        return f"{row} = ANY(%s)", [*params, list(self.keys)]

    def as_sqlite(self, compiler, connection):
        row, params = compiler.compile(self.source_expressions[0])
        return f"{row} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.keys)]
