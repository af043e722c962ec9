"""What an address answers once its page is gone: where it went, or that it is no longer published and where to go."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language

from directory.filters import PlaceForm
from directory.models import OldAddress, Resource, Situation
from directory.models.addresses import SEEN
from directory.translations.provenance import CARD_TEXTS, of_page
from themes.models import Theme

MOST_RELATED = 6


def what_became_of(request, model, slug, *, address_of=None):
    """The answer at an address where nothing is published: a redirect for good (301) or a page that says so (410).

    `address_of(instance)` is where the page asked for is now, when it is another than that of the instance. Raises
    Http404 where readers have never seen anything, as at the address of a draft.
    """
    instance = model.objects.filter(slug=slug).first()
    if instance and instance.was_published:
        return gone(request, instance, instance.withdrawn_on)
    left = OldAddress.objects.of(model).filter(slug=slug).first()
    if left is None:
        raise Http404
    moved = model.objects.filter(pk=left.object_id, **SEEN[model]).first()
    if moved is None:
        return gone(request, None, left.left_on)
    return follow(request, (address_of or model.get_absolute_url)(moved))


def follow(request, address, query=None):
    """The redirect to where a page is now, with the question that its old address carried, and what a form sent (308).

    `query` is that question, a QueryDict, where it changes too.

    Browsers would keep it for ever, and turn in circles once an object takes back its old address: they ask again.
    """
    query = (query or request.GET).urlencode()
    response = redirect(
        f"{address}{'?' if query else ''}{query}", permanent=True, preserve_request=request.method == "POST"
    )
    add_never_cache_headers(response)
    return response


def gone(request, instance, since):
    """A page that is no longer published, and where to go; `instance` is None where it was deleted.

    Browsers would keep it for ever, even once it is published again.
    """
    themes, replacement, related, situations = list(Theme.objects.all()), None, [], []
    if isinstance(instance, Resource):
        replacement = instance.replacement
        related = Resource.objects.published().related_to(instance).exclude(pk=replacement and replacement.pk)
        related = list(related.for_cards()[:MOST_RELATED])
    if isinstance(instance, Situation):
        situations = list(Situation.objects.published())
    shown = [(instance, ("title",))] if instance else []
    shown += [(entry, CARD_TEXTS) for entry in (replacement, *related) if entry]
    shown += [(other, ("title",)) for other in (*situations, *themes)]
    response = render(
        request,
        "pages/withdrawn.html",
        {
            "instance": instance,
            "since": since,
            "replacement": replacement,
            "related": related,
            "situations": situations,
            "themes": themes,
            "form": PlaceForm(request.GET),
            "place_form": PlaceForm(),
            "provenance": of_page(get_language(), shown),
        },
        status=410,
    )
    add_never_cache_headers(response)
    return response
