"""Reading a translated text, and knowing which language one got."""

from django.conf import settings
from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname

SOURCE = settings.LANGUAGE_CODE


def read(instance, name):
    """(text, language) of a translated field: the reader's language, or French where it is empty."""
    language = get_language()
    text = getattr(instance, build_localized_fieldname(name, language))
    return (text, language) if text else (getattr(instance, build_localized_fieldname(name, SOURCE)) or "", SOURCE)


def falls_back(instance, *names):
    """True when one of these texts can only be shown in French to the present reader."""
    return any(text and language != get_language() for text, language in (read(instance, name) for name in names))
