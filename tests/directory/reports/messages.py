"""What readers tell us, for tests: how it is sent and read, and how editors hear of it and answer."""

import time
from io import StringIO
from unittest import mock

from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override

from directory.models import Proposal, Report, Resource
from directory.reports import guard

READER = "lectrice@example.org"
PROPOSAL = {"name": "Les Voisins", "text": "Ils accueillent."}


def stamp_of(path, age=60):
    """The stamp of a form that was opened some seconds ago."""
    purpose, _, slug = path.strip("/").split("/", 1)[1].partition("/")
    if slug:
        purpose = f"{purpose}/{Resource.objects.get(slug=slug).pk}"
    with mock.patch("django.core.signing.time.time", return_value=time.time() - age):
        return guard.new_stamp(purpose)


def send(client, path, *, age=60, **fields):
    """What a reader sends a minute after they opened a form."""
    fields = {"stamp": stamp_of(path, age)} | fields
    return client.post(path, fields)


def report_path(resource, language="fr"):
    return f"/{language}/signaler/{resource.slug}/"


def page_of(thing):
    with override("fr"):
        return thing.get_absolute_url()


def count():
    return Report.objects.count() + Proposal.objects.count()


def admin_of(obj, view="change"):
    return reverse(
        f"admin:{obj._meta.app_label}_{obj._meta.model_name}_{view}", args=[obj.pk] if view == "change" else []
    )


def typed_in(response, **changes):
    """What a browser sends with an admin form as it was opened, but for some changes."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    data = {}
    for bound in (bound for form in forms for bound in form):
        value = bound.value()
        if value is False:
            continue
        data[bound.html_name] = "" if value is None else value
    return data | {"_seen": response.context.get("seen", "")} | changes


def digest():
    out = StringIO()
    call_command("send_digest", stdout=out)
    return out.getvalue()
