"""Where the site shows links: in the fields made for them, and in Markdown texts of any language."""

import re
from html import unescape

import httpx
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _
from modeltranslation.utils import build_localized_fieldname

from config.languages import LANGUAGES
from directory.history import act
from directory.models import Branch, Link, Provenance, Resource, Step
from directory.models.links import LONGEST_URL, Verdict
from directory.rendering import MARKDOWN, links_in
from directory.states import BATCH, batches
from directory.translations import SOURCE, fingerprint, plain
from themes.models import Theme, Topic

WITH_URL = (Resource, Branch)
MARKDOWN_FIELDS = {Resource: "body", Theme: "context", Topic: "text", Step: "text"}
# What may be an address in the source of a text: a stop or a bracket at its end may belong to the text.
WRITTEN = re.compile(r"https?://[^\s<>\"\[\]]+", re.IGNORECASE)


def is_checked(url):
    """True for an address of the web that can be kept; mail, phone and local links are no business of ours."""
    return url.lower().startswith(("http://", "https://")) and len(url.encode(errors="replace")) <= LONGEST_URL


def columns(model):
    """The columns of a model's Markdown text, one per language; none when it has no such text."""
    name = MARKDOWN_FIELDS.get(model)
    return [build_localized_fieldname(name, language) for language, _name in LANGUAGES] if name else []


def fields_with(instance):
    """{column: set of the links in it} of one object, for the columns that hold any."""
    texts = {column: getattr(instance, column) or "" for column in columns(type(instance))}
    found = {column: set(filter(is_checked, links_in(text))) for column, text in texts.items() if "://" in text}
    if isinstance(instance, WITH_URL) and is_checked(instance.url):
        found["url"] = {instance.url}
    return {column: links for column, links in found.items() if links}


def links_of(instance):
    """The addresses that one object shows; those of an entry's branches are the entry's."""
    branches = instance.branches.all() if isinstance(instance, Resource) else []
    return {url for owner in (instance, *branches) for links in fields_with(owner).values() for url in links}


def uses(among=None):
    """Yield (address, object) for each place where the site shows a link, published or not.

    With `among`, only for these addresses.
    """
    for model in dict.fromkeys((*WITH_URL, *MARKDOWN_FIELDS)):
        shown = Q()
        for column in columns(model):
            shown |= Q(**{f"{column}__contains": "://"})
        if model in WITH_URL:
            shown |= ~Q(url="") if among is None else Q(url__in=among)
        found = model.objects.filter(shown).order_by("pk")
        for instance in (found.select_related("situation") if model is Step else found).iterator(chunk_size=500):
            for url in set().union(*fields_with(instance).values()):
                if among is None or url in among:
                    yield url, instance


def remember(urls):
    """Have a Link for each of these addresses; those that have one keep it."""
    links = [Link(url=url, host=host_of(url)) for url in sorted(urls)]
    Link.objects.bulk_create(links, batch_size=BATCH, ignore_conflicts=True)


def collect():
    """Have a Link for each address that the site shows, and none for those it no longer shows."""
    shown = {url for url, _instance in uses()}
    remember(shown)
    for gone in batches(sorted(set(Link.objects.values_list("url", flat=True)) - shown)):
        Link.objects.filter(url__in=gone).delete()


def host_of(url):
    """The name of the host of an address, in ASCII; "" when it cannot be understood."""
    try:
        return httpx.URL(url).raw_host.decode()[:255]
    except httpx.InvalidURL:
        return ""


def rewritten(text, old, new):
    """A Markdown text with one address in the place of another, wherever it stands whole."""

    def swap(match):
        written, after = match[0], ""
        while written and MARKDOWN.normalizeLink(unescape(written)) != old:
            if written[-1] not in ").,;:!?'*_":
                return match[0]
            written, after = written[:-1], written[-1] + after
        return f"{new}{after}" if written else match[0]

    return WRITTEN.sub(swap, text)


def replace(link, instance):
    """Put the address that is proposed for a Link in its place, everywhere in an object that shows it.

    To be called in a transaction. A translation made from the French stays one: the same address changed on both
    sides. Raises ValidationError, and changes nothing, when a text would no longer be valid, or would not lead there
    and everywhere it led before.
    """
    old, new = link.url, link.proposed_url
    instance = type(instance).objects.select_for_update().get(pk=instance.pk)
    before = {column: links for column, links in fields_with(instance).items() if old in links}
    texts = {column: getattr(instance, column) for column in before}
    for column, text in texts.items():
        setattr(instance, column, new if column == "url" else rewritten(text, old, new))
    after = fields_with(instance)
    if any(after.get(column) != links - {old} | {new} for column, links in before.items()):
        raise ValidationError(_("The address could not be replaced in this text."))
    instance.clean_fields(exclude=[field.name for field in instance._meta.fields if field.name not in before])
    instance.save()
    name = MARKDOWN_FIELDS.get(type(instance), "")
    source = build_localized_fieldname(name, SOURCE)
    if source in before:
        french = getattr(instance, source)
        Provenance.objects.filter(
            content_type=ContentType.objects.get_for_model(instance),
            object_id=instance.pk,
            field=name,
            source_fingerprint=fingerprint(texts[source]),
        ).update(source_text=plain(french), source_fingerprint=fingerprint(french))


def use_proposal(link, user, *, may_change):
    """Replace a Link by the address that is proposed for it wherever the site shows it, as one act of a user.

    Returns (objects changed, objects left): those for which `may_change(user, object)` is false, or whose text has no
    room for it.
    """
    changed, left = [], []
    with act(user=user, reason=_("The page moved: its new address.")):
        for instance in list(dict.fromkeys(instance for _url, instance in uses({link.url}))):
            try:
                if not may_change(user, instance):
                    raise PermissionDenied
                replace(link, instance)
            except (PermissionDenied, ValidationError):
                left.append(instance)
            else:
                changed.append(instance)
        if changed:
            remember({link.proposed_url})
            Link.objects.filter(url=link.proposed_url, verdict=Verdict.UNKNOWN).update(
                verdict=Verdict.GOOD, status=link.status, checked_at=link.checked_at, good_on=link.good_on
            )
        if not left:
            link.delete()
    return changed, left
