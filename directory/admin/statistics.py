"""Figures for those who report on the directory: numbers only, nothing about a person."""

import csv
from collections import Counter
from dataclasses import dataclass

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Substr
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language_info, gettext as _

from directory.admin import coverage
from directory.models import Branch, Department, EmptySearch, Link, Message, Proposal, Report, Resource, State
from directory.models.links import Verdict
from directory.models.provenance import TRANSLATION_LANGUAGES
from directory.translations import work
from themes.models import Theme

MOST_SEARCHES = 50


@dataclass(frozen=True)
class Table:
    """A title, what a row is, the names of the columns, and the rows: (name, [value])."""

    title: str
    row: str
    columns: list
    rows: list


def entries_by(title, row, field, names):
    """Entries counted by a field, whose values have `names`: published, how lately verified, drafts."""
    published = Resource.objects.published()
    columns = {
        _("published"): published,
        _("verified in the last six months"): published.verified_lately(),
        _("verified longer ago"): published.to_verify().exclude(verified_on=None),
        _("never verified"): published.filter(verified_on=None),
        _("drafts"): Resource.objects.drafts(),
    }
    counts = {
        f"n{number}": Count("pk", Q(pk__in=entries.order_by().values("pk")), distinct=True)
        for number, entries in enumerate(columns.values())
    }
    found = {value: numbers for value, *numbers in Resource.objects.order_by().values_list(field).annotate(**counts)}
    return Table(title, row, list(columns), [(name, found.get(value, [0] * len(columns))) for value, name in names])


def entries_by_theme():
    names = Theme.objects.values_list("slug", "title")
    return entries_by(_("Entries by theme"), _("theme"), "topics__theme__slug", names)


def entries_by_kind():
    table = entries_by(_("Entries by type"), _("type"), "kind", Resource.Kind.choices)
    columns = zip(*(values for _name, values in table.rows), strict=True)
    table.rows.append((_("In all"), [sum(column) for column in columns]))
    return table


def entries_by_scope():
    names = [*Resource.Scope.choices, ("", _("not known"))]
    return entries_by(_("Entries by scope"), _("scope"), "scope", names)


def departments_by_theme():
    themes = list(coverage.needs())
    departments = Department.objects.all()
    covered = Counter(theme for _place, row in coverage.cells(departments, themes) for theme, count in row if count)
    return Table(
        _("Departments with a local entry, by theme"),
        _("theme"),
        [_("with"), _("without")],
        [(theme.title, [covered[theme], len(departments) - covered[theme]]) for theme in themes],
    )


def branches_by_year():
    years = Branch.objects.order_by().values_list(Substr("dated", 1, 4)).annotate(Count("pk"))
    return Table(
        _("Branches by year of their source"),
        _("year"),
        [_("branches")],
        [(year or _("not known"), [count]) for year, count in sorted(years)],
    )


def texts_by_language():
    languages = [code for code, _name in TRANSLATION_LANGUAGES]
    counts = Counter((language, state) for language, states in work.states_of_objects(languages) for state in states)
    return Table(
        _("Translated texts by language"),
        _("language"),
        [state.label for state in State],
        [(get_language_info(code)["name_local"], [counts[code, state] for state in State]) for code in languages],
    )


def empty_searches():
    return Table(
        _("Searches that found nothing"),
        _("words"),
        [_("times"), _("last time")],
        [
            (f"{search.words} ({search.language})", [search.count, search.last_on])
            for search in EmptySearch.objects.all()[:MOST_SEARCHES]
        ],
    )


def messages_by_state():
    """What readers wrote, by what became of it, with the days that an answer took."""
    columns = [*Message.State.labels, _("days before an answer, on average")]
    took = ExpressionWrapper(F("answered_at") - F("created_at"), DurationField())
    rows = []
    for model in (Report, Proposal):
        counts = dict(model.objects.order_by().values_list("state").annotate(Count("pk")))
        days = model.objects.exclude(answered_at=None).aggregate(mean=Avg(took))["mean"]
        counted = [counts.get(state, 0) for state in Message.State]
        rows.append((model._meta.verbose_name_plural, [*counted, days.days if days else ""]))
    return Table(_("What readers wrote"), _("kind of message"), columns, rows)


def links_by_verdict():
    counts = dict(Link.objects.order_by().values_list("verdict").annotate(Count("pk")))
    rows = [(label, [counts.get(verdict, 0)]) for verdict, label in Verdict.choices]
    return Table(_("Links"), _("verdict"), [_("links")], rows)


# Functions that give a Table each, in the order of the page.
TABLES = [
    entries_by_theme,
    entries_by_kind,
    entries_by_scope,
    departments_by_theme,
    branches_by_year,
    texts_by_language,
    messages_by_state,
    links_by_verdict,
    empty_searches,
]


def may_view(user):
    return user.has_perm("directory.view_statistics")


def page(request):
    if not may_view(request.user):
        raise PermissionDenied
    context = admin.site.each_context(request) | {"title": _("Statistics"), "tables": [table() for table in TABLES]}
    return TemplateResponse(request, "admin/statistics.html", context)


def download(request):
    """The same figures, a number a line, as spreadsheets of French offices open them: semicolons, marked as UTF-8."""
    if not may_view(request.user):
        raise PermissionDenied
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="statistiques-{timezone.localdate()}.csv"'
    writer = csv.writer(response, delimiter=";")
    writer.writerow([_("table"), _("row"), _("column"), _("value")])
    for table in (table() for table in TABLES):
        for name, values in table.rows:
            for column, value in zip(table.columns, values, strict=True):
                writer.writerow([table.title, harmless(name), column, value])
    return response


def harmless(text):
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
