from modeltranslation.translator import TranslationOptions, register

from directory.models import GlossaryTerm, Resource, Situation, Step


@register(Resource)
class ResourceTranslation(TranslationOptions):
    fields = ("title", "summary", "body")
    required_languages = {"fr": ("title", "summary")}


@register(Situation)
class SituationTranslation(TranslationOptions):
    fields = ("title", "summary")
    required_languages = {"fr": ("title", "summary")}


@register(Step)
class StepTranslation(TranslationOptions):
    fields = ("title", "text")
    required_languages = {"fr": ("title", "text")}


@register(GlossaryTerm)
class GlossaryTermTranslation(TranslationOptions):
    fields = ("expansion", "definition")
