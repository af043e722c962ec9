from directory.admin import history, links, places, reference, resources, search, situations, themes, translations

__all__ = ["history", "links", "places", "reference", "resources", "search", "situations", "themes", "translations"]
