from directory.admin import history, places, reference, resources, search, situations, themes, translations

__all__ = ["history", "places", "reference", "resources", "search", "situations", "themes", "translations"]
