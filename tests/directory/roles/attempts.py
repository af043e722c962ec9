"""Who tries what in the admin: the roles, a request with those who may send it, and what it could change."""

from dataclasses import dataclass, field

from django.apps import apps
from django.db.models import AutoField, Max

from directory import groups
from directory.models import Branch, Contact, Resource, SearchText, SearchWord, Step, Synonym
from tests.forms import form_on
from tests.tables import address
from themes.models import Theme, Topic

ROLES = {
    "anonymous": None,
    "nobody": [],
    "translator": ["Traduction : العربية"],
    "cantal": [groups.EDITING_AN_AREA],
    "mobilite": [groups.EDITING_AN_AREA],
    "editor": [groups.EDITING],
    "administrator": [groups.ADMINISTRATION],
    "statistics": [groups.STATISTICS],
    "superuser": [],
}
EVERYONE = set(ROLES)
STAFF = EVERYONE - {"anonymous"}
ADMINS = {"administrator", "superuser"}
EDITORS = {"editor", *ADMINS}
AREAS = {"cantal", "mobilite"}
READERS = EDITORS | AREAS
OTHERS = "others"  # what is in no area
# What can be in the area of an editor who adds and deletes it, and what is typed to change what has no source.
LOCAL = {Resource, Branch, Contact, Topic}
CHANGES = {Synonym: {"means": "voiture"}, Step: {"position": "7"}}
WATCHED = [
    model
    for label in ("directory", "themes", "auth")
    for model in apps.get_app_config(label).get_models(include_auto_created=True)
    if model not in (SearchText, SearchWord)  # derived, and written anew at every save
]


@dataclass
class Attempt:
    """A request, and who gets `ok` (and, with data, changes the database). The others change nothing: anonymous
    visitors are sent to log in, everybody else gets a 403 or what `refused` says. What an anonymous visitor posts is
    kept on the page that refuses it and asks them to log in."""

    url: str
    by: set
    data: dict | None = None
    ok: int | None = None
    refused: dict = field(default_factory=dict)

    def expected(self, role):
        if role in self.by:
            return [self.ok or (200 if self.data is None else 302)]
        refused = self.refused.get(role, 302 if role == "anonymous" and self.data is None else 403)
        return refused if isinstance(refused, list) else [refused]


def as_sent(known, url, **changes):
    """What a browser sends with the form of an address when nothing but `changes` was typed."""
    if url not in known.forms:
        known.forms[url] = form_on(known.get(url))
    return known.forms[url] | changes


def action(model, name, objects, by, **more):
    """An action on some objects of a list; those who read the list come back to it, with a sentence."""
    data = {"action": name, "_selected_action": [obj.pk for obj in objects]}
    return Attempt(address(model, "changelist"), by, data, **({"refused": dict.fromkeys(READERS, [200, 302])} | more))


def never(model, obj):
    """What nobody may do with an object that is neither typed nor deleted here."""
    for name, args in {"add": [], "delete": [obj.pk]}.items():
        yield Attempt(address(model, name, *args), set())
        yield Attempt(address(model, name, *args), set(), {"post": "yes"})
    yield action(model, "delete_selected", [obj], set())


def newest():
    """The last key of each table that counts its rows; the themes that ship are watched too."""
    return {
        model: model is not Theme and model._base_manager.aggregate(Max("pk"))["pk__max"] or 0
        for model in WATCHED
        if isinstance(model._meta.pk, AutoField)
    }


def rows_after(newest):
    """What an attempt could change: the rows after these, and how many there are in all; without the time of saving."""
    return {
        model: (
            model._base_manager.count(),
            [
                {name: value for name, value in row.items() if name not in ("updated_at", "last_login")}
                for row in model._base_manager.filter(pk__gt=last).order_by("pk").values()
            ],
        )
        for model, last in newest.items()
    }
