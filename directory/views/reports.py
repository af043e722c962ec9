"""Where readers tell us of a mistake or of a resource, and see what became of it."""

from http import HTTPStatus

from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext, override
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt

from directory.filters import PlaceForm
from directory.models import Contact, Proposal, Report, Resource
from directory.models.reports import read_reference
from directory.reports import guard
from directory.reports.forms import ProposalForm, ReportForm
from directory.translations import SOURCE
from directory.translations.provenance import of_interface, of_page
from directory.views.withdrawn import what_became_of
from themes.models import Theme

# A form carries a stamp of its own, and a message is between us and whoever has its reference: no cache may share them.
not_shared = cache_control(private=True, no_cache=True)


class SeeOther(HttpResponseRedirect):
    status_code = HTTPStatus.SEE_OTHER


def receive(request, form_class, *, blank, purpose, template, initial=None, **context):
    """The page of a form for readers or, once what they typed is kept, the way to what becomes of it."""
    form, refused, stamp = form_class(instance=blank, initial=initial), None, ""
    if request.method == "POST":
        try:
            form = form_class(guard.typed_in(request), instance=blank)
            return SeeOther(guard.keep(form, purpose, guard.address_of(request)).get_absolute_url())
        except guard.Refused as error:
            refused, stamp = error, "" if error.is_spent else form.data.get("stamp", "")
    context |= {"form": form, "refused": refused, "stamp": stamp or guard.new_stamp(purpose)}
    return render(request, template, context, status=refused.status if refused else HTTPStatus.OK)


@csrf_exempt  # no cookie, so no session that another site could ride on: directory.reports.guard says what protects it
@not_shared
def report(request, slug):
    """A form that was opened before its entry was withdrawn is received all the same: an editor will see it."""
    resource = Resource.objects.filter(slug=slug).first()
    is_open = resource and (resource.is_published or (request.method == "POST" and resource.was_published))
    if not is_open:
        return what_became_of(request, Resource, slug, address_of=lambda moved: reverse("report", args=[moved.slug]))
    return receive(
        request,
        ReportForm,
        blank=Report(resource=resource),
        purpose=f"signaler/{resource.pk}",
        template="reports/report.html",
        resource=resource,
        provenance=of_page(get_language(), [(resource, ("title",))]),
    )


@csrf_exempt  # as for a report
@not_shared
def propose(request):
    """The address may name a place and a theme, to begin with."""
    place_form, asked = PlaceForm(request.GET), request.GET.get("theme", "").strip()
    themes = list(Theme.objects.all())
    theme = next((theme for theme in themes if theme.slug == asked), None)
    subject = [place_form.place.label, theme.title_fr if theme else ""]
    with override(SOURCE):  # the language of those who will read the letter
        subject = " – ".join([gettext("Propose a resource"), *filter(None, subject)])
    return receive(
        request,
        ProposalForm,
        blank=Proposal(),
        purpose="proposer",
        template="reports/propose.html",
        initial={"place": place_form.place.label, "themes": [theme] if theme else []},
        place_form=place_form,
        unknown_theme="" if theme else asked[:80],
        contact=Contact.objects.filter(resource__slug="diair", is_personal=False).first(),
        subject=subject,
        provenance=of_page(get_language(), [(theme, ("title",)) for theme in themes]),
    )


def find_message(request):
    """Where a reference is typed; one that can be leads to what became of its message."""
    typed = request.GET.get("reference", "").strip()[:80]
    if reference := read_reference(typed):
        return redirect("message", reference)
    context = {"typed": typed, "provenance": of_interface(get_language())}
    return render(request, "reports/find.html", context, status=HTTPStatus.NOT_FOUND if typed else HTTPStatus.OK)


@not_shared
def message_detail(request, reference):
    """What became of a report or a proposal, for whoever has its reference: never what was typed, nor by whom."""
    known = read_reference(reference)
    message = (
        Report.objects.filter(reference=known).select_related("resource").first()
        or Proposal.objects.filter(reference=known).select_related("draft").first()
    )
    if message is None:
        context = {"typed": reference[:80], "provenance": of_interface(get_language())}
        return render(request, "reports/find.html", context, status=HTTPStatus.NOT_FOUND)
    entry = message.resource if isinstance(message, Report) else message.draft
    if entry and not entry.is_published:
        entry = None
    shown = [(entry, ("title",))] if entry else []
    return render(
        request,
        "reports/message.html",
        {
            "message": message,
            "is_report": isinstance(message, Report),
            "entry": entry,
            "provenance": of_page(get_language(), shown) if shown else of_interface(get_language()),
        },
    )
