"""Reading a translated text, knowing which language one got, and where it comes from."""

import hashlib

from django.conf import settings
from django.utils.translation import get_language
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

SOURCE = settings.LANGUAGE_CODE


def fingerprint(text):
    """A short, stable fingerprint of a text; surrounding white space does not count."""
    return hashlib.sha256(text.strip().encode()).hexdigest()[:16]


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


def falls_back(instance, *names):
    """True when one of these texts can only be shown in French to the present reader."""
    return any(text and language != get_language() for text, language in (read(instance, name) for name in names))
