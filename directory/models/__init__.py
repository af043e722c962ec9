from directory.models.loading import LoadedRecord
from directory.models.places import Commune, Department, DepartmentDistance, Epci, PostalCode, Region
from directory.models.provenance import Provenance, State
from directory.models.reference import Contact, GlossaryTerm
from directory.models.resources import Branch, Resource, Rung

__all__ = [
    "Branch",
    "Commune",
    "Contact",
    "Department",
    "DepartmentDistance",
    "Epci",
    "GlossaryTerm",
    "LoadedRecord",
    "PostalCode",
    "Provenance",
    "Region",
    "Resource",
    "Rung",
    "State",
]
