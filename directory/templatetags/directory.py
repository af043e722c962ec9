from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html, mark_safe
from django.utils.translation import get_language, get_language_info
from markdown_it import MarkdownIt

from directory import translations
from directory.models import Rung

register = template.Library()
# Raw HTML is escaped and only http, https and mailto links pass, so what an editor types is safe by construction.
MARKDOWN = MarkdownIt("commonmark", {"html": False})


@register.simple_tag
def icon(name):
    """A drawing of static/icons.svg, for the eye only: the text beside it says the same."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


@register.simple_tag
def translated(instance, name):
    """A translated line of text; on a French fallback, in a span with its own language and direction."""
    text, language = translations.read(instance, name)
    if language == get_language():
        return text
    return format_html('<span lang="{}" dir="ltr">{}</span>', language, text)


@register.simple_tag
def translated_markdown(instance, name):
    """A translated Markdown text as HTML; on a French fallback, in a block with its own language and direction."""
    text, language = translations.read(instance, name)
    html = mark_safe(MARKDOWN.render(text))  # noqa: S308 - see MARKDOWN
    if language == get_language():
        return html
    return format_html('<div lang="{}" dir="ltr">{}</div>', language, html)


@register.simple_tag
def falls_back(instances, names):
    """True when one of the instances has one of the space-separated fields in French only, for the present reader."""
    if hasattr(instances, "_meta"):
        instances = [instances]
    return any(translations.falls_back(instance, *names.split()) for instance in instances)


@register.filter
def french(text):
    """Text that exists in French only: a name on a letter, an address, a source."""
    return format_html('<bdi lang="fr">{}</bdi>', text) if text else ""


@register.filter
def partial_date(text):
    """ "2024", "2024-07" or "2024-07-30" in the reader's language, as precise as it is."""
    formats = {7: "YEAR_MONTH_FORMAT", 10: "DATE_FORMAT"}
    shown = date_format(parse_date(f"{text}-01"[:10]), formats[len(text)]) if len(text) in formats else text
    return format_html("<bdi>{}</bdi>", shown)


@register.simple_tag(takes_context=True)
def language_links(context):
    """For the language menu: each language with its own name, direction, and the address of this page in it."""
    path = context["request"].get_full_path() if "request" in context else "/"
    return [get_language_info(code) | {"url": translate_url(path, code)} for code, _ in settings.LANGUAGES]


@register.simple_tag
def translated_text(instance, name):
    """A translated line as bare text, for titles and attributes that can hold no element."""
    return translations.read(instance, name)[0]


@register.filter
def bare_url(url):
    """An address as people read it: without scheme, "www." or final slash."""
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/")


@register.simple_tag
def rung_title(rung, place):
    """The title of a step of the widening ladder; "here" is the departments one looks from, by name."""
    if rung == Rung.HERE:
        return french(", ".join(str(department) for department in place.departments))
    return Rung(rung).label


@register.simple_tag
def rung_count(counts, rung):
    return counts.get(rung, 0)
