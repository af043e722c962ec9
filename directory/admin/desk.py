"""The first page of the admin: what there is to do, each line with its count and the list that holds exactly that."""

from collections import Counter
from dataclasses import dataclass

from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.db.models import Count
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils.translation import get_language_info, gettext as _

from directory import duplicates
from directory.admin import coverage, statistics
from directory.admin.filters import list_of
from directory.admin.translations import TODO, languages_of
from directory.groups import can
from directory.models import Branch, Department, EmptySearch, Link, Message, Proposal, Report, Resource, Situation
from directory.models.links import Verdict
from directory.roles import changeable
from directory.translations import work
from themes.models import Theme


@dataclass(frozen=True)
class Line:
    """One thing to do: its name, how many there are, where they are listed, what to do with them.

    `parts` holds the same broken down: (heading, Lines) pairs.
    """

    label: str
    count: int
    url: str
    advice: str = ""
    parts: tuple = ()


def drafts(user):
    for model in (Resource, Situation):
        if user.has_perms(can("change", model)):
            yield Line(
                _("Drafts to publish: %(models)s") % {"models": model._meta.verbose_name_plural},
                changeable(user, model.objects.drafts()).count(),
                list_of(model, user, is_published__exact=0, was_published__exact=0),
                _("Readers do not see them yet."),
            )


def messages(user):
    """What readers wrote and nobody has answered."""
    for model, label, advice in (
        (Report, _("Reports to answer"), _("Correct the entry, and tell the reader what became of it.")),
        (Proposal, _("Proposals to answer"), _("Make a draft entry of it, or say why it is not kept.")),
    ):
        if user.has_perms(can("change", model)):
            yield Line(
                label,
                changeable(user, model.objects.to_answer()).count(),
                list_of(model, user, state__in=",".join(Message.State.open())),
                advice,
            )


def links(user):
    if user.has_perm("directory.change_link"):
        for label, found, advice in (
            (
                _("Links that fail"),
                Link.objects.failing(),
                _("Find the new address, and write it where the link stands."),
            ),
            (
                _("Links that moved"),
                Link.objects.moved(),
                _("Open the new address; if it is right, put it in their place."),
            ),
        ):
            counts = dict(found.order_by().values_list("verdict").annotate(Count("pk")))
            parts = [
                Line(Verdict(verdict).label, count, list_of(Link, verdict__exact=verdict))
                for verdict, count in sorted(counts.items())
            ]
            yield Line(
                label,
                sum(counts.values()),
                list_of(Link, verdict__in=",".join(sorted(counts)) or "none"),
                advice,
                (("", parts if len(parts) > 1 else []),),
            )


def unverified(user):
    if not user.has_perm("directory.change_resource"):
        return
    entries = changeable(user, Resource.objects.published().to_verify()).order_by()
    asked = {"is_published__exact": 1, "verified": "late"}

    def parts(name, field, titles):
        counts = dict(entries.values_list(field).annotate(Count("pk", distinct=True)))
        return [
            Line(title, counts[value], list_of(Resource, user, **asked, **{name: value}))
            for value, title in titles
            if value in counts
        ]

    yield Line(
        _("Entries not verified for six months"),
        entries.count(),
        list_of(Resource, user, **asked),
        _("Compare each with its source, correct it, then press “Verified today”. The oldest come first."),
        (
            (_("By theme"), parts("theme", "topics__theme__slug", [(t.slug, t.title) for t in Theme.objects.all()])),
            (
                _("By department"),
                parts("department", "departments", [(d.pk, str(d)) for d in Department.objects.all()]),
            ),
        ),
    )


def suspected_duplicates(user):
    for model in duplicates.NAMES:
        if user.has_perms(can("add change", model)):
            yield Line(
                _("Suspected duplicates: %(models)s") % {"models": model._meta.verbose_name_plural},
                len(duplicates.suspected(model, user)),
                reverse(admin_urlname(model._meta, "duplicates")),
                _("Where they are one thing, complete one and delete the other; where they are not, say so."),
            )


def old_branches(user):
    if user.has_perm("directory.change_branch"):
        years = changeable(user, Branch.objects.old()).order_by().values_list(Substr("dated", 1, 4))
        years = sorted(years.annotate(Count("pk", distinct=True)))
        advice = _("Look up whether the address and the telephone still hold, then write the date of the new source.")
        yield Line(
            _("Branches whose source is older than last year"),
            sum(count for _year, count in years),
            list_of(Branch, user, source_year="old"),
            advice,
            ((_("By year"), [Line(year, count, list_of(Branch, user, source_year=year)) for year, count in years]),),
        )
        yield Line(
            _("Branches whose source has no date"),
            changeable(user, Branch.objects.filter(dated="")).count(),
            list_of(Branch, user, source_year="none"),
            advice,
        )


def empty_searches(user):
    if user.has_perm("directory.view_emptysearch"):
        yield Line(
            _("Searches that found nothing"),
            EmptySearch.objects.count(),
            list_of(EmptySearch),
            _("Add the entry or the synonym that is missing, then delete the search."),
        )


def coverage_holes(user):
    if user.has_perm("directory.add_resource"):
        yield Line(
            _("Themes without a local entry in a department"),
            coverage.holes(coverage.cells(Department.objects.all(), list(coverage.needs()))),
            reverse("admin:coverage"),
            _("Look for what exists there, beginning with the departments you know."),
        )


def translations(user):
    languages = languages_of(user)
    objects, by_state = Counter(), Counter()
    for language, states in work.states_of_objects(languages) if languages else ():
        objects[language] += any(state in TODO for state in states)
        by_state.update((language, state) for state in set(states))
    for language in languages:
        url = reverse("admin:translation_todo", args=[language])
        yield Line(
            _("Translations: %(language)s") % {"language": get_language_info(language)["name_local"]},
            objects[language],
            url,
            parts=(("", [Line(state.label, by_state[language, state], f"{url}?state={state}") for state in TODO]),),
        )


# What there is to do, most urgent first: functions that yield a user's Lines, none where it is not theirs to do.
LINES = [
    messages,
    drafts,
    links,
    unverified,
    suspected_duplicates,
    old_branches,
    empty_searches,
    coverage_holes,
    translations,
]


def context(user):
    """What the first page shows: the Lines with something to do, those without, and the pages of figures."""
    lines = [line for lines in LINES for line in lines(user)]
    pages = [
        (_("Coverage by theme and department"), reverse("admin:coverage"), coverage.may_view(user)),
        (_("Statistics"), reverse("admin:statistics"), statistics.may_view(user)),
    ]
    return {
        "to_do": [line for line in lines if line.count],
        "done": [line for line in lines if not line.count],
        "pages": [(label, url) for label, url, allowed in pages if allowed],
    }
