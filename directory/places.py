"""Understanding a place as a person types it, and seeing the territory from it."""

import re
from dataclasses import dataclass, field

from django.utils.functional import cached_property

from directory.models import Commune, Department, PostalCode, Region
from directory.search.folding import figures, normalise

# "Aurillac (15)", "Cantal (15)" or "Aurillac 15000": a name, then a department's number or a postal code.
WITH_CODE = re.compile(r"(?P<name>.*[^\W\d].*?)[\s,]+\(?(?P<code>\d{5}|\d{2,3}|2[AaBb])\)?")
SAINTS = re.compile(r"\bst(e?)\b")


def normalise_name(name):
    """The name of a place in lower case without accents or hyphens, "st" and "ste" written in full."""
    return SAINTS.sub(r"saint\1", normalise(name))


def find_department(text):
    """The Department that a person means by "15", "1", "2a", "01000" or "cantal"; None when there is none."""
    code = figures(text).strip().upper()
    if "\0" in code:
        return None  # PostgreSQL would refuse to look for it
    if code.isdigit() and len(code) == 5:
        codes = set(Commune.objects.filter(postal_codes__code=code).values_list("department", flat=True))
        if not codes and code.endswith("000"):
            codes = {code[:2]}  # 75000, which people write for Paris, is no postal code
        return Department.objects.filter(pk__in=codes).first() if len(codes) == 1 else None
    if department := Department.objects.filter(pk=code.zfill(2)).first():
        return department
    return by_name(Department, text)


def find_region(text):
    """The Region that a person means by "84" or "auvergne rhone alpes"; None when there is none."""
    if "\0" in text:
        return None
    return Region.objects.filter(pk=figures(text).strip().zfill(2)).first() or by_name(Region, text)


def has_code(place, code):
    """True when a department, or a commune's department, has this number, or a commune this postal code."""
    if len(code) == 5:
        return isinstance(place, Commune) and place.postal_codes.filter(code=code).exists()
    return department_of(place).pk == code if not isinstance(place, Region) else False


def by_name(model, text):
    name = normalise_name(text)
    return next((place for place in model.objects.all() if normalise_name(place.name) == name), None) if name else None


def find_communes(text):
    """Communes that a person means by an INSEE code, a postal code or a name; several when they share it."""
    text = figures(text).strip().upper()
    if "\0" in text:
        return []
    communes = Commune.objects.with_department()
    return list(
        communes.filter(pk=text)
        or communes.filter(postal_codes__code=text)
        or communes.filter(search_name=normalise_name(text))
    )


def find_typed(text):
    """Places that a person means in the place box: [Department], [Region], or communes, several when they share a name.

    Five digits are read as a postal code, for nobody types INSEE codes, and a name as a department's before a
    commune's.
    """
    text = figures(text).strip()
    if written := WITH_CODE.fullmatch(text):
        # A commune may have the name of a department or of a region: "Bretagne (36)".
        for places in (find_typed(written["name"]), find_communes(written["name"])):
            if found := [place for place in places if has_code(place, written["code"].upper())]:
                return found
        return []
    if text.isdigit() and len(text) == 5:
        communes = list(Commune.objects.with_department().filter(postal_codes__code=text))
        return communes or [place for place in [find_department(text)] if place]
    if department := find_department(text):
        return [department]
    if region := by_name(Region, text):
        return [region]
    return find_communes(text)


def suggestions(text, most=10):
    """What a person may be typing in the place box, in words that `find_typed` understands, the widest places first."""
    name = normalise_name(text)
    if len(name) < 2:
        return []
    departments = list(Department.objects.all())
    labels = [
        str(department)
        for department in departments
        if normalise_name(department.name).startswith(name) or department.code.lower().startswith(name)
    ]
    # Overseas, a region is a department, which its bare name leads to.
    regions = Region.objects.exclude(name__in=[department.name for department in departments])
    labels += [region.name for region in regions if normalise_name(region.name).startswith(name)]
    if name.isdigit():
        codes = PostalCode.objects.filter(code__gte=name, code__lte=name.ljust(5, "9")).select_related("commune")
        labels += [f"{postal.commune.name} {postal.code}" for postal in codes[:most]]
    else:
        labels += [str(commune) for commune in Commune.objects.starting_with(name)[:most]]
    return list(dict.fromkeys(labels))[:most]


@dataclass
class Place:
    """Where one looks from: communes with their departments, departments, whole regions, or several of these."""

    communes: list = field(default_factory=list)
    chosen_departments: list = field(default_factory=list)
    chosen_regions: list = field(default_factory=list)

    def __bool__(self):
        return bool(self.communes or self.chosen_departments or self.chosen_regions)

    @cached_property
    def departments(self):
        """The departments one looks from, each once, in the order of their codes."""
        found = {commune.department for commune in self.communes} | set(self.chosen_departments)
        found |= set(Department.objects.filter(region__in=self.chosen_regions)) if self.chosen_regions else set()
        return sorted(found, key=lambda department: department.code)

    @cached_property
    def regions(self):
        """The codes of their regions."""
        return {department.region_id for department in self.departments}

    @property
    def epcis(self):
        """The codes of the groups that its communes belong to."""
        return {commune.epci_id for commune in self.communes if commune.epci_id}

    @cached_property
    def rural_share(self):
        """The mean of its departments' share of inhabitants in small communes, in %."""
        shares = [department.rural_share or 0 for department in self.departments]
        return sum(shares) / len(shares) if shares else 0

    @cached_property
    def neighbours(self):
        """The codes of the departments that touch them."""
        around = Department.neighbours.through.objects.filter(from_department__in=self.departments)
        return set(around.values_list("to_department", flat=True)) - {place.code for place in self.departments}

    @property
    def label(self):
        """The chosen places by name, as a reader would list them."""
        return ", ".join(str(place) for place in (*self.communes, *self.chosen_departments, *self.chosen_regions))


def parameter_of(place):
    """("commune", "15187"): the parameter and value that say a place in an address."""
    return {Commune: "commune", Department: "departement", Region: "region"}[type(place)], place.pk


def place_of(place):
    """The Place of one commune, department or region."""
    name = {Commune: "communes", Department: "chosen_departments", Region: "chosen_regions"}[type(place)]
    return Place(**{name: [place]})


def department_of(place):
    """The department that a commune is in, or the department itself."""
    return place.department if isinstance(place, Commune) else place
