from directory.admin import (
    history,
    links,
    places,
    reference,
    reports,
    resources,
    search,
    situations,
    themes,
    translations,
    users,
)

__all__ = [
    "history",
    "links",
    "places",
    "reference",
    "reports",
    "resources",
    "search",
    "situations",
    "themes",
    "translations",
    "users",
]
