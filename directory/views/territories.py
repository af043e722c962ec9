from collections import defaultdict

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from directory.filters import PlaceForm
from directory.map import shapes
from directory.models import Branch, Contact, Department, Region, Resource
from directory.models.resources import LOCAL_RUNGS, Rung
from directory.places import Place, department_of, find_department
from directory.search.folding import normalise
from directory.translations.provenance import CARD_TEXTS, of_page
from themes.models import Theme

NEAREST_PRACTICES = 12


def territory_list(request):
    form = PlaceForm(request.GET)
    addresses = {sheet_of(place) for place in form.asked}
    if len(addresses) == 1:
        return redirect(addresses.pop())
    themes = list(Theme.objects.all())
    theme = next((theme for theme in themes if theme.slug == request.GET.get("theme")), None)
    unknown_theme = "" if theme else request.GET.get("theme", "")[:80]
    counts = Resource.objects.published().local_counts()
    departments = list(Department.objects.select_related("region"))
    rows = [
        {
            "department": department,
            "total": counts[department.code][None],
            "cells": [(theme, counts[department.code][theme.slug]) for theme in themes],
        }
        for department in departments
    ]
    # Sorted here because databases do not agree on where Île-de-France goes.
    rows.sort(key=lambda row: (normalise(row["department"].region.name), row["department"].code))
    wanted = theme.slug if theme else None
    return render(
        request,
        "territories/list.html",
        {
            "form": form,
            "themes": themes,
            "theme": theme,
            "unknown_theme": unknown_theme,
            "rows": rows,
            "shapes": shapes(departments, {code: found[wanted] for code, found in counts.items()}),
            "provenance": of_page(get_language(), [(theme, ("title",)) for theme in themes]),
        },
    )


def sheet_of(place):
    """The address of what this site says of a place: its department's sheet, or the region's departments."""
    if isinstance(place, Region):
        return f"{reverse('territory_list')}#region-{place.code}"
    return department_of(place).get_absolute_url()


def department_detail(request, code):
    department = find_department(code)
    if department is None:
        raise Http404
    if department.code != code:
        query = request.GET.urlencode()
        return redirect(f"{department.get_absolute_url()}{'?' if query else ''}{query}")
    place = Place(chosen_departments=[department])
    practices = Resource.objects.published().practices_from_elsewhere(place).for_cards()
    nearest, themes = list(practices[:NEAREST_PRACTICES]), themes_seen_from(place)
    shown = [(entry, CARD_TEXTS) for entry in nearest] + [(theme, ("title",)) for theme in themes]
    shown += [(entry, ("title",)) for theme in themes for _rung, entries in theme.rungs for entry in entries]
    return render(
        request,
        "territories/department.html",
        {
            "department": department,
            "place": place,
            "neighbours": department.neighbours.all(),
            "branches": Branch.objects.serving([department]).select_related("resource"),
            "unknown_here": actors_without_branch(department),
            "contacts": Contact.objects.filter(department=department, is_personal=False),
            "themes": themes,
            "practices": nearest,
            "provenance": of_page(get_language(), shown),
        },
    )


def actors_without_branch(department):
    """Entries that have branches elsewhere and none known in this department: what is missing is said plainly."""
    here = Branch.objects.serving([department]).values("resource")
    return Resource.objects.published().filter(branches__isnull=False).exclude(pk__in=here).distinct()


def themes_seen_from(place):
    """Each theme with, as attributes, its entries by rung around a place and its number of national entries."""
    national = Resource.objects.published().filter(scope=Resource.Scope.NATIONAL)
    themes = Theme.objects.annotate(
        national_count=Count("topics__resources", filter=Q(topics__resources__in=national), distinct=True)
    )
    entries = defaultdict(lambda: defaultdict(list))
    around = Resource.objects.published().near(place).filter(rung__lt=Rung.NATIONAL).order_by("rung", "slug")
    for entry in around.for_cards():
        for theme_id in {topic.theme_id for topic in entry.topics.all()}:
            entries[theme_id][entry.rung].append(entry)
    for theme in themes:
        rungs = entries[theme.pk]
        theme.local = [entry for rung in LOCAL_RUNGS for entry in rungs[rung]]
        nearby = [] if theme.local else rungs[Rung.NEIGHBOURS]
        theme.rungs = [(Rung.HERE, theme.local), (Rung.NEIGHBOURS, nearby), (Rung.REGION, rungs[Rung.REGION])]
    return themes
