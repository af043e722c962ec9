from directory.models.addresses import OldAddress
from directory.models.duplicates import NotDuplicate
from directory.models.history import Act, Change
from directory.models.links import Link
from directory.models.loading import LoadedRecord
from directory.models.places import Commune, Department, DepartmentDistance, Epci, PostalCode, Region
from directory.models.provenance import Provenance, State
from directory.models.reference import Contact, GlossaryTerm
from directory.models.reports import Message, Proposal, Report
from directory.models.resources import Branch, Resource, Rung
from directory.models.roles import EditorArea
from directory.models.search import EmptySearch, SearchText, SearchWord, Synonym
from directory.models.situations import Situation, Step
from directory.models.uploads import Upload

__all__ = [
    "Act",
    "Branch",
    "Change",
    "Commune",
    "Contact",
    "Department",
    "DepartmentDistance",
    "EditorArea",
    "EmptySearch",
    "Epci",
    "GlossaryTerm",
    "Link",
    "LoadedRecord",
    "Message",
    "NotDuplicate",
    "OldAddress",
    "PostalCode",
    "Proposal",
    "Provenance",
    "Region",
    "Report",
    "Resource",
    "Rung",
    "SearchText",
    "SearchWord",
    "Situation",
    "State",
    "Step",
    "Synonym",
    "Upload",
]
