from directory.admin import history, places, reference, reports, resources, search, situations, themes, translations

__all__ = [
    "history",
    "places",
    "reference",
    "reports",
    "resources",
    "search",
    "situations",
    "themes",
    "translations",
]
