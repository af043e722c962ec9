import re
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import translate_url
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.translation import get_language, get_language_info, override

from directory import rendering, translations
from directory.models import GlossaryTerm, Link, Rung

register = template.Library()


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
        return rendering.isolate(text, language)
    return format_html('<span lang="{}" dir="ltr">{}</span>', language, text)


@register.simple_tag(takes_context=True)
def found(context, instance, name):
    """As `translated`; on a page that answers a Search, with the words it found marked."""
    if not (search := context.get("search")):
        return translated(instance, name)
    text, language = translations.read(instance, name)
    html = rendering.highlight(text, language, search.roots)
    return html if language == get_language() else format_html('<span lang="{}" dir="ltr">{}</span>', language, html)


@register.simple_tag(takes_context=True)
def found_extract(context, instance):
    """Where the words of the Search stand in the body of an entry, when its title and summary do not say."""
    if not (search := context.get("search")):
        return ""
    for name in ("title", "summary"):
        text, language = translations.read(instance, name)
        if any(rendering.found_in(text, language, search.roots)):
            return ""
    text, language = translations.read(instance, "body")
    if not (around := rendering.extract(text, language, search.roots)):
        return ""
    html = rendering.highlight(around, language, search.roots)
    direction = "" if language == get_language() else format_html(' lang="{}" dir="ltr"', language)
    return format_html('<p class="extract"{}>{}</p>', direction, html)


@register.simple_tag(takes_context=True)
def translated_with_terms(context, instance, name):
    """As `translated`, for a line that stands in no link: its glossary terms open their meaning."""
    text, language = translations.read(instance, name)
    html = rendering.mark_line(text, language, glossary_of(context))
    return html if language == get_language() else format_html('<span lang="{}" dir="ltr">{}</span>', language, html)


def is_bilingual(context):
    """True when the reader asked for French beside another language (?avec=fr)."""
    return context["request"].GET.get("avec") == translations.SOURCE and get_language() != translations.SOURCE


def glossary_of(context):
    """The glossary of the page being rendered: read once, each term linked once."""
    request = context["request"]
    if not hasattr(request, "glossary"):
        request.glossary = rendering.Glossary(GlossaryTerm.objects.all(), term_link)
    return request.glossary


def warning_of(context):
    """What gives the warning before a link of a text of the page: the links known to be broken are read once."""
    request = context["request"]

    def warning(url):
        if not hasattr(request, "broken_links"):
            request.broken_links = set(Link.objects.broken().values_list("url", flat=True))
        return render_to_string("_broken.html") if url in request.broken_links else ""

    return warning


def term_link(term, written):
    """A term as a real link to the glossary, with its meaning beside it for the script to show in place."""
    return render_to_string("_term.html", {"term": term, "written": written}).strip()


@register.simple_tag(takes_context=True)
def translated_markdown(context, instance, name):
    """A translated Markdown text as HTML; on a French fallback, in a block with its own language and direction.

    In the bilingual view, French stands beside it, paragraph by paragraph where both have as many.
    """
    text, language = translations.read(instance, name)
    marks = {"glossary": glossary_of(context), "warning": warning_of(context)}
    if language != get_language():
        return format_html('<div lang="{}" dir="ltr">{}</div>', language, rendering.render(text, language, **marks))
    if not is_bilingual(context):
        return rendering.render(text, language, **marks)
    source = translations.text_in(instance, name, translations.SOURCE)
    blocks, source_blocks = re.split(r"\n\s*\n", text), re.split(r"\n\s*\n", source)
    pairs = zip(blocks, source_blocks, strict=True) if len(blocks) == len(source_blocks) else [(text, source)]
    return format_html_join(
        "",
        '<div class="pair"><div>{}</div><div lang="fr" dir="ltr">{}</div></div>',
        ((rendering.render(here, language, **marks), rendering.render(french, "fr")) for here, french in pairs),
    )


class SideBySide(template.Node):
    """What stands between the tags, in the bilingual view in both languages, each with its own direction."""

    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        here = self.nodelist.render(context)
        if not is_bilingual(context):
            return here
        with override(translations.SOURCE):
            french = self.nodelist.render(context)
        if strip_tags(here).split() == strip_tags(french).split():
            return here  # a name, the same in both
        return f'<span class="pair"><span>{here}</span><span lang="fr" dir="ltr">{french}</span></span>'


@register.tag
def sidebyside(parser, token):
    """{% sidebyside %}…{% endsidebyside %}, around what may stand in a line."""
    nodelist = parser.parse(["endsidebyside"])
    parser.delete_first_token()
    return SideBySide(nodelist)


@register.simple_tag(takes_context=True)
def bilingual(context):
    return is_bilingual(context)


@register.simple_tag(takes_context=True)
def address_in(context, language):
    """The address of this page in another language, without the bilingual view."""
    request = context["request"]
    query = request.GET.copy()
    query.pop("avec", None)
    return translate_url(f"{request.path}{'?' if query else ''}{query.urlencode()}", language)


@register.simple_tag(takes_context=True)
def place_query(context):
    """The place in the address of this page, as the query of a link, so that it stays with the reader; often empty."""
    asked = context["request"].GET
    places = [(name, value) for name in ("departement", "region", "commune") for value in asked.getlist(name)]
    return f"?{urlencode(places)}" if places else ""


@register.simple_tag
def laid_out(language):
    """The attributes of an element that holds a text in a language, "" where that is not known."""
    direction = ("rtl" if get_language_info(language)["bidi"] else "ltr") if language else "auto"
    return format_html('lang="{}" dir="{}"', language, direction)


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
    path = context["request"].get_full_path()
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
def choice_count(filterset, name, box):
    """The number of entries beside a choice of a filter: what choosing it gives; None when something asked is wrong."""
    if filterset.form.errors:
        return None
    return filterset.choice_counts[name].get(str(box.data["value"]), 0)


@register.simple_tag
def rung_count(counts, rung):
    return counts.get(rung, 0)
