"""Reading a translated text, knowing which language one got, and where it comes from."""

import hashlib
import re

from django.conf import settings
from django.utils.translation import get_language
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

SOURCE = settings.LANGUAGE_CODE
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def plain(text):
    """A text as it is kept and compared: without a browser's \\r, a PDF's control characters, or space around it."""
    return CONTROL.sub("", text.replace("\r\n", "\n")).strip()


def fingerprint(text):
    """A short, stable fingerprint of a plain text."""
    return hashlib.sha256(plain(text).encode()).hexdigest()[:16]


def translated_fields(model):
    """Names of the fields that have one column per language, in the model's order; none when it is not translated."""
    if model not in translator.get_registered_models(abstract=False):
        return ()
    names = translator.get_options_for_model(model).get_field_names()
    return tuple(item.name for item in model._meta.concrete_fields if item.name in names)


def text_in(instance, name, language):
    """The text of a translated field in one language, empty where there is none; no fallback."""
    return getattr(instance, build_localized_fieldname(name, language)) or ""


def read(instance, name):
    """(text, language) of a translated field: the reader's language, or French where it is empty."""
    language = get_language()
    text = text_in(instance, name, language)
    return (text, language) if text else (text_in(instance, name, SOURCE), SOURCE)
