from django.shortcuts import redirect, render
from django.utils.translation import get_language

from directory.filters import PlaceForm
from directory.models import Situation
from directory.translations.provenance import CARD_TEXTS, of_page
from directory.views.resources import with_place
from directory.views.withdrawn import what_became_of


def situation_list(request):
    form = PlaceForm(request.GET)
    if form.is_valid() and (typed := form.cleaned_data["lieu"]):
        return redirect(f"{request.path}?{with_place(request.GET, typed)}")
    situations = list(Situation.objects.published())
    shown = [(situation, CARD_TEXTS) for situation in situations]
    return render(
        request,
        "situations/list.html",
        {"form": form, "situations": situations, "provenance": of_page(get_language(), shown)},
    )


def situation_detail(request, slug):
    situation = Situation.objects.published().filter(slug=slug).first()
    if situation is None:
        return what_became_of(request, Situation, slug)
    form = PlaceForm(request.GET)
    if form.is_valid() and (typed := form.cleaned_data["lieu"]):
        return redirect(f"{request.path}?{with_place(request.GET, typed)}")
    steps = list(situation.steps.seen_from(form.place))
    others = list(Situation.objects.published().exclude(pk=situation.pk))
    shown = [(situation, CARD_TEXTS)] + [(step, ("title", "text")) for step in steps]
    shown += [(entry, CARD_TEXTS) for step in steps for entry in step.resources.all()]
    shown += [(other, ("title",)) for other in others]
    return render(
        request,
        "situations/detail.html",
        {
            "situation": situation,
            "form": form,
            "steps": steps,
            "others": others,
            "provenance": of_page(get_language(), shown),
        },
    )
