"""Attempts at what is no content: the admin's own pages, translations, places, accounts."""

import re

from django.contrib.auth.models import Group, User
from django.urls import reverse

from directory import groups
from directory.models import Commune, Department, Epci, Region
from tests.directory.roles.attempts import ADMINS, EDITORS, READERS, STAFF, Attempt, as_sent
from tests.factories import make_resource, make_topic
from tests.tables import address


def site_attempts(world, known):
    yield Attempt("/admin/", STAFF)
    yield Attempt("/admin/login/", {"anonymous"}, refused=dict.fromkeys(STAFF, 302))
    yield Attempt("/admin/logout/", set(), refused=dict.fromkeys(STAFF, 405))
    yield Attempt("/admin/password_change/", STAFF)
    yield Attempt("/admin/password_change/done/", STAFF)
    yield Attempt("/admin/jsi18n/", STAFF)
    yield Attempt("/admin/nothing-here/", STAFF, ok=404)
    yield Attempt(reverse("admin:view_on_site", args=[0, 0]), STAFF, ok=404)
    for label, by in {"directory": {*READERS, "translator"}, "themes": READERS, "auth": ADMINS}.items():
        yield Attempt(f"/admin/{label}/", by, refused=dict.fromkeys(STAFF, 404))
    for model, name, by in (
        ("resource", "departments", READERS),
        ("resource", "topics", READERS),
        ("editorarea", "user", ADMINS),
        ("report", "answered_by", ADMINS),
    ):
        question = f"?app_label=directory&model_name={model}&field_name={name}&term=a"
        yield Attempt(f"/admin/autocomplete/{question}", by)
    yield Attempt(reverse("admin:coverage"), READERS | {"statistics"})
    yield Attempt(reverse("admin:statistics"), EDITORS | {"statistics"})
    yield Attempt(reverse("admin:statistics_csv"), EDITORS | {"statistics"})


def translation_attempts(world, known):
    translators = {"translator", *ADMINS}
    desk = reverse("admin:directory_provenance_changelist")
    yield Attempt(desk, translators)
    yield Attempt(f"{desk}ar/", translators)
    yield Attempt(f"{desk}ru/", ADMINS)
    yield Attempt(f"{desk}ar/resource/{world.across.slug}/", translators)
    yield Attempt(f"{desk}ru/resource/{world.across.slug}/", ADMINS)
    # Whoever writes one language writes no other, with what its pages would send.
    entry = make_resource(title_fr="Essai", title_ar="اختبار", title_ru="Проба", topics=[make_topic("mobilite")])
    for language, by in {"ar": translators, "ru": ADMINS}.items():
        todo, edit = f"{desk}{language}/", f"{desk}{language}/resource/{entry.slug}/"
        listed = known.get(todo, {"theme": "mobilite"}).content.decode()
        seen = re.search(f'value="{entry.slug}"><input type="hidden" name="seen" value="(.+?)"', listed)[1]
        yield Attempt(todo, by, {"kind": "resource", "slug": entry.slug, "seen": seen})
        seen = dict(re.findall(r'name="([a-z]+-seen)" value="(\w+)"', known.get(edit).content.decode()))
        yield Attempt(edit, by, {"title": "Autre", "save": "1"} | seen)


def read_only_attempts(world, known):
    for model in (Region, Department, Epci, Commune):
        pk = model.objects.first().pk
        yield Attempt(address(model, "changelist"), READERS)
        yield Attempt(address(model, "changelist") + f"{pk}/", STAFF, ok=302)
        for name in ("change", "history"):
            yield Attempt(address(model, name, pk), READERS)
        for name, args in {"add": [], "change": [pk], "delete": [pk]}.items():
            yield Attempt(address(model, name, *args), set(), {"post": "yes"})
        for name, args in {"add": [], "delete": [pk]}.items():
            yield Attempt(address(model, name, *args), set())


def deleted_from_the_list(model, obj, by):
    chosen = {"action": "delete_selected", "post": "yes", "_selected_action": [obj.pk]}
    return Attempt(address(model, "changelist"), by, chosen)


def account_attempts(world, known):
    user, group = world.users["nobody"], Group.objects.get(name=groups.EDITING)
    for model, obj in {User: user, Group: group}.items():
        yield Attempt(address(model, "changelist"), ADMINS)
        yield Attempt(address(model, "changelist") + f"{obj.pk}/", STAFF, ok=302)
        yield Attempt(address(model, "add"), ADMINS)
        change, delete = address(model, "change", obj.pk), address(model, "delete", obj.pk)
        yield Attempt(change, ADMINS)
        yield Attempt(address(model, "history", obj.pk), ADMINS)
        yield Attempt(delete, ADMINS)
        yield Attempt(delete, ADMINS, {"post": "yes"})
        yield deleted_from_the_list(model, obj, ADMINS)
        typed = {"first_name": "Autre"} if model is User else {"name": "Autre"}
        yield Attempt(change, ADMINS, as_sent(known, change, **typed))
    password = {"password1": "un mot de passe long", "password2": "un mot de passe long", "usable_password": "true"}
    no_page = {"refused": {"anonymous": 302}}  # a password is not kept on one
    yield Attempt(address(User, "add"), ADMINS, {"username": "neuf"} | password, **no_page)
    yield Attempt(reverse("admin:auth_user_password_change", args=[user.pk]), ADMINS)
    # Nobody but a superuser touches a superuser.
    boss = User.objects.get(username="admin")
    yield Attempt(address(User, "change", boss.pk), ADMINS)
    typed = as_sent(known, address(User, "change", boss.pk), first_name="Autre")
    yield Attempt(address(User, "change", boss.pk), {"superuser"}, typed)
    yield Attempt(address(User, "delete", boss.pk), {"superuser"})
    yield deleted_from_the_list(User, boss, {"superuser"})
    # Last, because the session is renewed with it.
    yield Attempt(reverse("admin:auth_user_password_change", args=[boss.pk]), {"superuser"}, password, **no_page)
