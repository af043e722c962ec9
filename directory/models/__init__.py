from directory.models.loading import LoadedRecord
from directory.models.places import Commune, Department, DepartmentDistance, PostalCode, Region
from directory.models.provenance import Provenance, State
from directory.models.reference import Contact, GlossaryTerm
from directory.models.resources import Branch, Resource, Rung
from directory.models.situations import Situation, Step

__all__ = [
    "Branch",
    "Commune",
    "Contact",
    "Department",
    "DepartmentDistance",
    "GlossaryTerm",
    "LoadedRecord",
    "PostalCode",
    "Provenance",
    "Region",
    "Resource",
    "Rung",
    "Situation",
    "State",
    "Step",
]
