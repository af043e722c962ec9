from django.db.models import Prefetch
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from directory.filters import PlaceForm
from directory.models import Branch, Resource, Situation
from directory.models.resources import LOCAL_RUNGS, Rung
from directory.translations.provenance import CARD_TEXTS, of_page
from directory.views.resources import with_place
from directory.views.withdrawn import what_became_of
from themes.models import Theme

NEAREST_PRACTICES = 6


def theme_list(request):
    themes = list(Theme.objects.prefetch_related("topics"))
    shown = [(theme, CARD_TEXTS) for theme in themes]
    shown += [(topic, ("title",)) for theme in themes for topic in theme.topics.all()]
    return render(request, "themes/list.html", {"themes": themes, "provenance": of_page(get_language(), shown)})


def theme_detail(request, slug):
    theme = Theme.objects.filter(slug=slug).first()
    if theme is None:
        return what_became_of(request, Theme, slug)
    form = PlaceForm(request.GET)
    if form.is_valid() and (typed := form.cleaned_data["lieu"]):
        return redirect(f"{request.path}?{with_place(request.GET, typed)}")
    entries = Resource.objects.published()
    topics = list(theme.topics.prefetch_related(Prefetch("resources", entries.for_cards(form.place))))
    situations = list(Situation.objects.published().on_theme(theme))
    context = {
        "theme": theme,
        "form": form,
        "topics": topics,
        "situations": situations,
        "themes": Theme.objects.all(),
    }
    shown = [(theme, ("title", "summary", "context"))] + [(topic, ("title", "text")) for topic in topics]
    shown += [(entry, CARD_TEXTS) for topic in topics for entry in topic.resources.all()]
    shown += [(situation, ("title",)) for situation in situations]
    context["provenance"] = of_page(get_language(), shown)
    if form.place:
        context |= local_part(theme, form.place)
    return render(request, "themes/detail.html", context)


def local_part(theme, place):
    """What a place has of its own on a theme; where it has nothing, its neighbours, its region, then practices."""
    themed = Resource.objects.published().in_theme(theme)
    entries = list(themed.serving(place).exclude(rung=Rung.NATIONAL).for_cards(place))
    has_local = any(entry.rung in LOCAL_RUNGS for entry in entries)
    if not has_local:
        nearby = themed.widened(place).exclude(rung=Rung.NATIONAL).exclude(rung=Rung.ELSEWHERE)
        elsewhere = themed.practices_from_elsewhere(place).filter(rung=Rung.ELSEWHERE).for_cards(place)
        entries = [*nearby.for_cards(place), *elsewhere[:NEAREST_PRACTICES]]
    branches = Branch.objects.serving(place.departments).with_resource()
    return {
        "local_entries": entries,
        "national_count": themed.filter(scope=Resource.Scope.NATIONAL).count(),
        "has_local": has_local,
        "branches": list(branches.filter(resource__in=Resource.objects.in_theme(theme)))
        or branches.of_general_actors(),
    }
