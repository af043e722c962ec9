"""The two forms that readers fill in. Their sentences are ours: Django has none in Pashto or Tigrinya."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory.models import Proposal, Report
from directory.places import find_typed, place_of
from themes.models import Theme

LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
WEBSITE = re.compile(r"https?://", re.IGNORECASE)
MOST_LINKS = 3


def departments_of(text):
    """The departments of a place as it was typed, or of each of the places between commas; none of an unclear one."""
    for parts in ([text], text.split(",")):
        found = [places[0] for places in map(find_typed, parts) if len(places) == 1]
        if found:
            return {department for place in found for department in place_of(place).departments}
    return set()


class MessageForm(forms.ModelForm):
    """What a reader tells us: nothing is cut, and what is wrong is said beside its field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            if isinstance(field, forms.CharField):
                field.error_messages["max_length"] = _(
                    "This is %(show_value)s characters long: at most %(limit_value)s fit."
                )
                attrs = field.widget.attrs
                attrs.pop("maxlength", None)  # a browser would cut a long text that is pasted, without a word
                attrs["dir"] = "ltr" if name in {"email", "public_email", "phone", "url"} else "auto"
        self.fields["email"].widget.attrs["autocomplete"] = "email"

    def clean_text(self):
        text = self.cleaned_data["text"]
        if len(LINK.findall(text)) > MOST_LINKS:
            raise ValidationError(_("Write at most %(most)s links."), params={"most": MOST_LINKS})
        return text


class ReportForm(MessageForm):
    class Meta:
        model = Report
        fields = ["kind", "branch", "text", "email"]
        widgets = {"kind": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 5})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Report.Kind.choices  # without the empty one
        self.fields["text"].needed_for = Report.Kind.OTHER.label
        branches = self.fields["branch"]
        branches.queryset = self.instance.resource.branches.all()
        branches.empty_label = _("The entry as a whole")
        if not self.instance.resource.branches.exists():
            del self.fields["branch"]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == Report.Kind.OTHER and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", self.fields["text"].error_messages["required"])
        return cleaned


class ProposalForm(MessageForm):
    themes = forms.ModelMultipleChoiceField(
        Theme.objects.all(),
        label=_("Themes"),
        to_field_name="slug",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Proposal
        fields = [
            "name",
            "text",
            "organisation",
            "place",
            "themes",
            "phone",
            "public_email",
            "url",
            "knowledge",
            "email",
        ]
        labels = {"place": _("Where: the commune, the department, the region, or all of France.")}
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "knowledge": forms.Textarea(attrs={"rows": 2})}

    def clean_url(self):
        url = self.cleaned_data["url"]
        if url and not WEBSITE.match(url):
            raise ValidationError(self.fields["url"].error_messages["invalid"])
        return url

    def save(self, commit=True):
        proposal = super().save(commit)
        proposal.departments.set(departments_of(proposal.place))
        return proposal
