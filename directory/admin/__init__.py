from directory.admin import places, reference, resources, themes, translations

__all__ = ["places", "reference", "resources", "themes", "translations"]
