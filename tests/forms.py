"""What a browser would send of the form on a page."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """The values of the fields of the page's form that posts, {name: [texts]}, without its buttons."""

    def __init__(self, html):
        super().__init__()
        self.values, self.is_inside, self.select, self.textarea = {}, False, None, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.is_inside = attrs.get("id", "").endswith("_form")
        if not self.is_inside:
            return
        if tag == "input" and attrs.get("name") and is_sent(attrs):
            default = "on" if attrs.get("type") == "checkbox" else ""
            self.values.setdefault(attrs["name"], []).append(attrs.get("value", default))
        if tag == "select":
            self.select = attrs
        if tag == "option" and self.select and "name" in self.select:
            name, is_multiple = self.select["name"], "multiple" in self.select
            if "selected" in attrs or not is_multiple and name not in self.values:
                self.values[name] = [*(self.values.get(name, []) if is_multiple else []), attrs["value"]]
        if tag == "textarea":
            self.textarea = attrs["name"]
            self.values[self.textarea] = [""]

    def handle_data(self, data):
        if self.textarea:
            self.values[self.textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self.values[self.textarea][0] = self.values[self.textarea][0].removeprefix("\n").replace("\n", "\r\n")
            self.textarea = None
        if tag == "form":
            self.is_inside = False


def is_sent(attrs):
    """False for a button and for a box or a radio button that is not ticked."""
    return "checked" in attrs if attrs.get("type") in {"checkbox", "radio"} else attrs.get("type") != "submit"


def form_on(response, **changes):
    """What a browser would send of the admin form on a page, with some fields changed; None takes one out."""
    values = Form(response.content.decode()).values | changes
    return {name: value for name, value in values.items() if value is not None}
