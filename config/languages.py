"""The eight languages of the site, and what Django lacks of two of them.

French first, then the seven languages of Réfugiés.info. Django ships neither Pashto nor Tigrinya: their names and
direction are given here, their date formats in config/formats/, their plural rules in the catalogues, and the form
messages readers meet are declared below so that makemessages carries them into every catalogue.
"""

import re

from django.conf.locale import LANG_INFO
from django.middleware.locale import LocaleMiddleware
from django.utils.translation import gettext_noop

LANGUAGES = [
    ("fr", "Français"),
    ("en", "English"),
    ("ar", "العربية"),
    ("ps", "پښتو"),
    ("fa", "فارسی / دری"),
    ("ti", "ትግርኛ"),
    ("ru", "Русский"),
    ("uk", "Українська"),
]
LANGUAGES_BIDI = ["ar", "fa", "ps"]

LANG_INFO.update(
    {
        "ps": {"bidi": True, "code": "ps", "name": "Pashto", "name_local": "پښتو"},
        "ti": {"bidi": False, "code": "ti", "name": "Tigrinya", "name_local": "ትግርኛ"},
        "fa": LANG_INFO["fa"] | {"name_local": "فارسی / دری"},
    }
)

# Browsers set to Dari (prs) or Iranian Persian (pes) read the Persian pages; Django would not make the link.
PERSIAN_VARIANTS = re.compile(r"\b(prs|pes)\b", re.IGNORECASE)


class ReaderLanguageMiddleware(LocaleMiddleware):
    """LocaleMiddleware that also understands the codes of Persian's national variants in Accept-Language."""

    def process_request(self, request):
        accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
        request.META["HTTP_ACCEPT_LANGUAGE"] = PERSIAN_VARIANTS.sub("fa", accepted)
        super().process_request(request)


DJANGO_MESSAGES = [
    gettext_noop("Pashto"),
    gettext_noop("Tigrinya"),
    # Django's French takes everything for masculine.
    gettext_noop("Delete selected %(verbose_name_plural)s"),
    gettext_noop("This field is required."),
    gettext_noop("Enter a valid value."),
    gettext_noop("Enter a whole number."),
    gettext_noop("Enter a valid email address."),
    gettext_noop("Enter a valid URL."),
    gettext_noop("Enter a valid date."),
    gettext_noop("Select a valid choice. %(value)s is not one of the available choices."),
    gettext_noop("Select a valid choice. That choice is not one of the available choices."),
    gettext_noop("Enter a list of values."),
    gettext_noop("Null characters are not allowed."),
    gettext_noop("Yes"),
    gettext_noop("No"),
    gettext_noop("January"),
    gettext_noop("February"),
    gettext_noop("March"),
    gettext_noop("April"),
    gettext_noop("May"),
    gettext_noop("June"),
    gettext_noop("July"),
    gettext_noop("August"),
    gettext_noop("September"),
    gettext_noop("October"),
    gettext_noop("November"),
    gettext_noop("December"),
]
