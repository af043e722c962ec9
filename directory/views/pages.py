from django.shortcuts import redirect, render
from django.utils.translation import get_language

from directory.filters import PlaceForm
from directory.models import Contact, GlossaryTerm, Resource, Situation
from directory.translations.provenance import CARD_TEXTS, of_interface, of_page
from themes.models import Theme


def choose_language(request):
    """From the bare address to the home page in the reader's language."""
    return redirect("home")


def home(request):
    themes, situations = list(Theme.objects.all()), list(Situation.objects.published())
    shown = [(theme, CARD_TEXTS) for theme in themes] + [(situation, ("title",)) for situation in situations]
    return render(
        request,
        "pages/home.html",
        {
            "themes": [theme for theme in themes if theme.group == Theme.Group.NEED],
            "project": next((theme for theme in themes if theme.group == Theme.Group.PROJECT), None),
            "situations": situations,
            "place_form": PlaceForm(),
            "entry_count": Resource.objects.published().count(),
            "provenance": of_page(get_language(), shown),
        },
    )


def contacts(request):
    groups = list(Contact.Group)
    found = Contact.objects.select_related("department", "resource")
    return render(
        request,
        "pages/contacts.html",
        {
            "contacts": sorted(found, key=lambda contact: groups.index(contact.group)),
            "provenance": of_interface(get_language()),
        },
    )


def glossary(request):
    terms = list(GlossaryTerm.objects.all())
    shown = [(term, ("expansion", "definition")) for term in terms]
    return render(request, "pages/glossary.html", {"terms": terms, "provenance": of_page(get_language(), shown)})


def about(request):
    return render(request, "pages/about.html", {"provenance": of_interface(get_language())})


def accessibility(request):
    return render(request, "pages/accessibility.html", {"provenance": of_interface(get_language())})


def legal(request):
    return render(request, "pages/legal.html", {"provenance": of_interface(get_language())})


def not_found(request, exception):
    return render(request, "404.html", {"place_form": PlaceForm()}, status=404)
