"""Everything that editors write keeps its history: who changed what, when and why, and how to undo it."""

from directory.history.tracking import act, name_of, watch
from directory.models import Act, Change

__all__ = ["Act", "Change", "act", "name_of", "watch"]
