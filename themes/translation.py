from modeltranslation.translator import TranslationOptions, register

from themes.models import Theme, Topic


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("title", "summary", "context")
    required_languages = {"fr": ("title", "summary")}


@register(Topic)
class TopicTranslation(TranslationOptions):
    fields = ("title", "text")
    required_languages = {"fr": ("title",)}
