from collections import defaultdict
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from directory.filters import PlaceForm
from directory.map import crop, shapes
from directory.models import Branch, Commune, Contact, Department, Region, Resource
from directory.models.resources import LOCAL_RUNGS, SERVING_RUNGS, Rung
from directory.places import department_of, find_communes, find_department, find_region, parameter_of, place_of
from directory.project import actors_by_stage
from directory.search.folding import normalise
from directory.translations.provenance import CARD_TEXTS, of_page
from themes.models import Theme

NEAREST_PRACTICES = 12
# Bodies of a whole region: those of its departments stand on the departments' sheets.
REGIONAL_BODIES = ("conseil-regional", "dreets", "ars", "rectorat", "casnav")


def territory_list(request):
    form = PlaceForm(request.GET)
    addresses = {place.get_absolute_url() for place in form.asked}
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


def department_detail(request, code):
    return sheet(request, code, find_department(code))


def region_detail(request, code):
    return sheet(request, code, find_region(code))


def commune_detail(request, code):
    communes = find_communes(code)
    return sheet(request, code, communes[0] if len(communes) == 1 else None)


def sheet(request, code, found):
    """What one should know of a commune, department or region on one printable page; a 404 where it is None."""
    if found is None:
        raise Http404
    if found.pk != code:
        query = request.GET.urlencode()
        return redirect(f"{found.get_absolute_url()}{'?' if query else ''}{query}")
    place = place_of(found)
    is_region = isinstance(found, Region)
    branches = list(Branch.objects.serving(place.departments).with_resource().prefetch_related("resource__topics"))
    if is_region:
        branches = [branch for branch in branches if branch.resource.slug in REGIONAL_BODIES]
    themes = themes_seen_from(place, branches)
    stages = [] if is_region else actors_by_stage(branches)
    funders = Resource.objects.published().funders().near(place).filter(rung__in=SERVING_RUNGS)
    funders = list(funders.order_by("rung", "slug").for_cards())
    practices = Resource.objects.published().practices_from_elsewhere(place).for_cards()
    practices = list(practices[:NEAREST_PRACTICES])
    neighbours = list(Department.objects.filter(pk__in=place.neighbours))
    counts = Resource.objects.published().local_counts() if is_region else {}
    shown = [(entry, CARD_TEXTS) for entry in practices] + [(theme, ("title",)) for theme in themes]
    shown += [(entry, ("title",)) for theme in themes for _rung, entries in theme.rungs for entry in entries]
    shown += [(actor, CARD_TEXTS) for _title, actors in stages for actor in actors]
    shown += [(entry, ("title",)) for entry in funders]
    return render(
        request,
        "territories/sheet.html",
        {
            "found": found,
            "commune": found if isinstance(found, Commune) else None,
            "department": None if is_region else department_of(found),
            "region": found if is_region else department_of(found).region,
            "place": place,
            "query": urlencode([parameter_of(found)]),
            "counted": [(department, counts[department.code][None]) for department in place.departments if is_region],
            "neighbours": neighbours,
            "map": crop([*place.departments, *neighbours], set(place.departments), {}),
            "branches": branches,
            "stages": stages,
            "themes": themes,
            "contacts": Contact.objects.filter(department__in=place.departments, is_personal=False),
            "funders": funders,
            "funding_branches": [branch for branch in branches if is_funder(branch.resource)],
            "practices": practices,
            "gaps": [theme for theme in themes if theme.group == Theme.Group.NEED and not theme.has_own],
            "unknown_here": [] if is_region else actors_without_branch(department_of(found)),
            "silent": [branch for branch in branches if not branch.is_reachable],
            "provenance": of_page(get_language(), shown),
        },
    )


def is_funder(resource):
    """True for a body that annexe 2 of the guide names: one of its topics is about funding."""
    return any(topic.slug.startswith("financements-") for topic in resource.topics.all())


def actors_without_branch(department):
    """Entries that have branches elsewhere and none known in this department: what is missing is said plainly."""
    here = Branch.objects.serving([department]).values("resource")
    missing = Resource.objects.published().filter(branches__isnull=False).exclude(pk__in=here)
    return missing.without_bodies().distinct()


def themes_seen_from(place, branches):
    """Each theme with, as attributes, its branches, its entries by rung around a place, and how many are national.

    `has_own` is true where the place has an entry of its own; where it has none, its neighbours' are there as well.
    """
    national = Resource.objects.published().filter(scope=Resource.Scope.NATIONAL)
    themes = Theme.objects.annotate(
        national_count=Count("topics__resources", filter=Q(topics__resources__in=national), distinct=True)
    )
    entries = defaultdict(lambda: defaultdict(list))
    around = Resource.objects.published().near(place).filter(rung__lt=Rung.NATIONAL).order_by("rung", "slug")
    for entry in around.for_cards():
        for theme_id in {topic.theme_id for topic in entry.topics.all()}:
            entries[theme_id][entry.rung].append(entry)
    own = (Rung.REGION, *LOCAL_RUNGS) if place.chosen_regions else LOCAL_RUNGS
    for theme in themes:
        rungs = entries[theme.pk]
        theme.has_own = any(rungs[rung] for rung in own)
        steps = dict.fromkeys((*own, *(() if theme.has_own else (Rung.NEIGHBOURS,)), Rung.REGION))
        theme.rungs = [(rung, rungs[rung]) for rung in steps if rungs[rung]]
        theme.branches = [
            branch
            for branch in branches
            if branch.is_reachable and any(topic.theme_id == theme.pk for topic in branch.resource.topics.all())
        ]
    return themes
