from modeltranslation.translator import TranslationOptions, register

from directory.models import GlossaryTerm, Resource


@register(Resource)
class ResourceTranslation(TranslationOptions):
    fields = ("title", "summary", "body")
    required_languages = {"fr": ("title", "summary")}


@register(GlossaryTerm)
class GlossaryTermTranslation(TranslationOptions):
    fields = ("expansion", "definition")
