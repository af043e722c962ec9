from directory.admin import links, places, reference, resources, search, situations, themes, translations

__all__ = ["links", "places", "reference", "resources", "search", "situations", "themes", "translations"]
