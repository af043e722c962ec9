"""Entries, branches and contacts that may stand twice: the same name, link, e-mail or phone, however it is written."""

import re
from collections import defaultdict
from itertools import combinations

from django.utils.translation import gettext_lazy as _

from directory.models import Branch, Contact, GlossaryTerm, NotDuplicate, Resource
from directory.roles import changeable
from directory.search.folding import figures, normalise
from directory.states import KINDS

NAMES = {Resource: "title_fr", Branch: "name", Contact: "name", GlossaryTerm: "term"}
SIGNS = {"name": _("same name"), "url": _("same link"), "email": _("same e-mail"), "phone": _("same phone")}


def bare_link(url):
    """An address without what makes no difference: scheme, "www.", case, final slash."""
    return url.strip().casefold().split("://", 1)[-1].removeprefix("www.").rstrip("/")


def bare_phone(number):
    """The digits of a number, a French one as it is dialled in France."""
    return re.sub(r"^(00)?33(?=\d{9}$)", "0", re.sub(r"\D", "", figures(number)))


def signs(model, values, places=("",)):
    """{(sign, key)} that an object shares with its duplicates: sign is one of SIGNS.

    `values` maps its columns to texts. The branches of one body may well share a phone or a name, though not in one
    place: `places` are the body's slug with each department.
    """
    found = {
        ("name", normalise(values.get(NAMES[model]) or "")),
        ("url", bare_link(values.get("url") or "")),
        ("email", (values.get("email") or "").strip().casefold()),
        ("phone", bare_phone(values.get("phone") or "")),
    }
    return {(sign, f"{key} {place}".strip()) for sign, key in found if key for place in places}


def signs_of_row(model, row):
    """The signs of a row of a table, {column: text}."""
    places = [f"{row.get('resource')} {code}" for code in row.get("departments", "").split("|")]
    return signs(model, row, places if model is Branch else [""]) if model in NAMES else set()


def known(model):
    """{(sign, key): slugs} of all the objects of a model, in one query."""
    found = defaultdict(list)
    if model not in NAMES:
        return found
    columns = {"slug", NAMES[model], "url", "email", "phone"} & {item.name for item in model._meta.concrete_fields}
    if model is Branch:
        columns |= {"resource__slug", "departments"}
    for values in model.objects.order_by("slug").values(*columns):
        place = f"{values['resource__slug']} {values['departments']}" if model is Branch else ""
        for sign in signs(model, values, [place]):
            if values["slug"] not in found[sign]:
                found[sign].append(values["slug"])
    return found


def slugs_of(model, user):
    """The slugs of the objects of a model that are a user's to change."""
    return set(changeable(user, model.objects.all()).values_list("slug", flat=True))


def apart(model, user):
    """The NotDuplicate of those objects of a model that are a user's to change, the last one said first."""
    theirs = slugs_of(model, user)
    return [pair for pair in NotDuplicate.objects.filter(kind=KINDS[model]) if theirs.issuperset(pair.slugs)]


def suspected(model, user):
    """[(slugs, signs)] of the objects of a model that may be one and the same, all of them a user's to change.

    A group is left out once every pair of it was said to be two things. A site's front page is no sign here: a body
    and its guide may well share it. Three queries.
    """
    theirs = slugs_of(model, user)
    told_apart = {pair.slugs for pair in NotDuplicate.objects.filter(kind=KINDS[model])}
    groups = defaultdict(list)
    for (sign, key), slugs in known(model).items():
        if len(slugs) > 1 and not (sign == "url" and "/" not in key):
            groups[tuple(sorted(slugs))].append(sign)
    return [
        (slugs, [sign for sign in SIGNS if sign in found])
        for slugs, found in sorted(groups.items())
        if not set(combinations(slugs, 2)) <= told_apart and theirs.issuperset(slugs)
    ]
