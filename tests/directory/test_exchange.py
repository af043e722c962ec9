"""Translations taken away and brought back: the same, better, or refused as a whole."""

import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from directory.models import GlossaryTerm, Resource
from directory.models.provenance import Provenance
from directory.search.query import understand
from directory.translations.exchange import FORMATS, export
from directory.translations.integrity import problems
from directory.translations.provenance import provenance, record
from tests.factories import make_resource
from themes.models import Theme, Topic

pytestmark = pytest.mark.django_db

FRENCH = """Appelez le **04 71 00 00 00**, écrivez à aide@essai.fr : 31,5 % des 1 500 places, %(reste)s en 2024.

- Lire [le site](https://essai.fr/aide) ;
- taper `aide`."""
ARABIC = """اتصلوا بالرقم **04 71 00 00 00** أو اكتبوا إلى aide@essai.fr: لدينا 31.5% من 1500 مكان، %(reste)s في 2024.

- اقرأوا [الموقع](https://essai.fr/aide)؛
- اكتبوا `aide`."""
KEY = "resource/essai#body"


@pytest.fixture
def resource():
    """An entry translated into Arabic: its title checked, its summary made from an older French, its body by nobody."""
    resource = make_resource(
        slug="essai",
        title_fr="Fiche d'essai",
        title_ar="بطاقة",
        summary_fr="Une phrase.",
        summary_ar="جملة.",
        body_fr=FRENCH.replace("\n", "\r\n"),  # as browsers send it
    )
    record(
        [
            provenance(resource, "title", "ar", by="Amina", checked_by="Farid", checked_on=date(2026, 7, 1)),
            provenance(resource, "summary", "ar", source="Une phrase d'avant.", origin="machine"),
        ]
    )
    return resource


@pytest.fixture(params=FORMATS)
def format(request):
    return request.param


def po(target=ARABIC, source=FRENCH, key=KEY, comment="", language="ar"):
    """A PO file of one entry."""
    entry = {"msgctxt": key, "msgid": source, "msgstr": target}
    quoted = {name: text.replace('"', r"\"").replace("\n", r"\n") for name, text in entry.items()}
    comment = "".join(f"# {line}\n" for line in comment.splitlines())
    body = "\n".join(f'{name} "{text}"' for name, text in quoted.items())
    return f'msgid ""\nmsgstr "Language: {language}\\nContent-Type: text/plain; charset=UTF-8\\n"\n\n{comment}{body}\n'


@pytest.fixture
def bring(tmp_path):
    """bring(file, **options) imports a file, given as text or bytes, and returns what the command printed."""

    def bring(file, language="ar", **options):
        path = tmp_path / "file"
        path.write_bytes(file.encode() if isinstance(file, str) else file)
        return run("import", path, language=language, **options)

    return bring


def run(*args, **options):
    """What the command printed; the reasons it printed before refusing go into the CommandError's notes."""
    out = StringIO()
    try:
        call_command("translations", *args, stdout=out, **options)
    except CommandError as error:
        error.add_note(out.getvalue())
        raise
    return out.getvalue()


def everything():
    """Every row that holds a translation or what is known of it."""
    models = (Theme, Topic, Resource, GlossaryTerm, Provenance)
    return {model: list(model.objects.order_by("pk").values()) for model in models}


def refused(bring, file, **options):
    """The reasons for which a file is refused; nothing may have been written."""
    before = everything()
    with pytest.raises(CommandError, match="nothing was written") as error:
        bring(file, save=True, **options)
    assert everything() == before
    return error.value.__notes__[0]


@pytest.mark.parametrize("language", ["en", "ar", "ti", "uk"])
def test_a_file_brought_back_as_it_left_changes_nothing(resource, bring, format, language):
    before = everything()
    out = bring(run("export", language=language, format=format), language, save=True)
    assert re.match(r"added: 0, changed: 0, checked: 0, unchanged: \d{4}$", out.strip())
    assert everything() == before


def test_an_edit_travels_back_with_its_author_and_is_found_by_its_words(resource, bring, format):
    file = run("export", language="ar", format=format).replace("جملة.", "جملة واضحة.")
    bring(file)
    resource.refresh_from_db()
    assert resource.summary_ar == "جملة."
    out = bring(file, save=True, by="Leïla")
    assert out.startswith("added: 0, changed: 1, checked: 0, ")
    resource.refresh_from_db()
    assert resource.summary_ar == "جملة واضحة."
    assert Resource.objects.matching(understand("واضحة", "ar")).contains(resource)
    known = Provenance.objects.of([resource], "ar").get(field="summary")
    assert (known.origin, known.made_by, known.checked_by) == ("person", "Leïla", "")
    assert (known.source_text, known.state("Une phrase.")) == ("Une phrase.", "unchecked")


def test_a_dry_run_says_what_it_would_do_and_does_nothing(resource, bring):
    before = everything()
    assert "added: 1" in bring(po())
    assert everything() == before
    assert "added: 1" in bring(po(), save=True)
    assert "unchanged: 1" in bring(po(), save=True)


def test_an_empty_text_erases_nothing(resource, bring):
    assert "unchanged: 1" in bring(po("", "Une phrase.", "resource/essai#summary"), save=True)
    resource.refresh_from_db()
    assert resource.summary_ar == "جملة."


def test_a_text_can_be_checked_without_being_changed(resource, bring):
    comment = "checked by: Nour\nchecked on: 2026-07-30"
    out = bring(po("جملة.", "Une phrase.", "resource/essai#summary", comment), save=True, by="Leïla")
    assert "checked: 1" in out
    known = Provenance.objects.of([resource], "ar").get(field="summary")
    assert (known.origin, known.made_by, known.checked_by) == ("machine", "", "Nour")
    assert known.state("Une phrase.") == "checked"


@pytest.mark.parametrize(("name", "checked_by"), [("Farid", ""), ("Nour", "Nour")])
def test_the_check_of_a_former_text_does_not_pass_to_the_new_one(resource, bring, name, checked_by):
    comment = f"checked by: {name}\nchecked on: 2026-07-01"
    bring(po("بطاقة أخرى", "Fiche d'essai", "resource/essai#title", comment), save=True)
    assert Provenance.objects.of([resource], "ar").get(field="title").checked_by == checked_by


@pytest.mark.parametrize(("state", "name"), [("missing", "body"), ("outdated", "summary"), ("checked", "title")])
def test_only_some_states_are_exported(resource, format, state, name):
    def exported(*states):
        return re.findall(r'"resource[/:]essai[#:](\w+)"', run("export", language="ar", format=format, only=states[0]))

    if state == "checked":
        assert set(exported("missing,outdated,unchecked")) == {"body", "summary"}
    else:
        assert set(exported(state)) == {name}


def test_the_file_says_what_is_known_and_the_french_that_was_translated(resource, format, tmp_path):
    path = tmp_path / "file"
    assert run("export", language="ar", format=format, output=path) == ""
    text = path.read_text(encoding="utf-8")
    assert "checked by: Farid" in text
    assert "Une phrase d'avant." in text
    assert {"po": "#, fuzzy", "xliff1": 'state="needs-review-translation"', "xliff2": 'state="initial"'}[format] in text


def test_an_unknown_state_gets_a_sentence():
    with pytest.raises(CommandError, match="--only: wrong: not among missing, outdated, unchecked"):
        run("export", language="ar", format="po", only="missing,wrong")


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="The file cannot be read"):
        run("import", tmp_path / "nowhere.po", language="ar")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("**04", "04", "bold marks (**): 2 in the French, 1 here"),
        ("- اكتبوا", "اكتبوا", "list items: 2 in the French, 1 here"),
        ("2024.\n\n", "2024.\n", "paragraph breaks: 1 in the French, 0 here"),
        ("[الموقع](https://essai.fr/aide)", "https://essai.fr/aide", "Markdown links: 1 in the French, 0 here"),
        ("`aide`", "aide", "backticks: 2 in the French, 0 here"),
        ("مكان", "<b>مكان</b>", "HTML that is not in the French: <b>"),
        ("31.5%", "315%", "number lost: 31.5"),
        ("في 2024", "", "number lost: 2024"),
        ("04 71 00 00 00", "04 71 00 00 01", "phone number lost: 0471000000"),
        ("aide@essai.fr", "aide@autre.fr", "e-mail address lost: aide@essai.fr"),
        ("essai.fr/aide", "essai.fr/ar", "web address lost: https://essai.fr/aide"),
        ("الموقع", "autre.org", "web address that is not in the French: autre.org"),
        ("%(reste)s", "%(الباقي)s", "placeholder lost: %(reste)s"),
        (ARABIC, FRENCH, "not in the Arabic script"),
    ],
)
def test_a_spoiled_text_is_refused_with_its_line_and_key(resource, bring, old, new, reason):
    assert old in ARABIC
    assert f"refused: line 4: {KEY}: {reason}" in refused(bring, po(ARABIC.replace(old, new)))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (po(source="Un autre texte."), f"{KEY}: its source is not the French of the site"),
        (po(key="resource/inconnue#body"), "resource/inconnue#body: there is no such text"),
        (po(key="resource/essai#slug"), "resource/essai#slug: there is no such text"),
        (po(key=""), "no key: says not which text it is"),
        (po() + po().partition("\n\n")[2], f"line 7: {KEY}: this key is already on line 4"),
        (po("س" * 201, "Une phrase.", "resource/essai#summary"), "too long: 201 characters where 200 fit"),
        (po(comment="checked by: Nour"), "“checked by” and “checked on” go together"),
        (po(comment="checked by: Nour\nchecked on: hier"), "“checked on: hier” is not a day"),
        (po(comment=f"checked by: {'N' * 151}\nchecked on: 2026-07-30"), "longer than 150 characters"),
        (po().replace('\nmsgstr "ا', '\nmsgid_plural "x"\nmsgstr[0] "ا'), "has plural forms"),
        (po(language="fa"), "the file declares the language “fa”, not “ar”"),
        (po().replace("Language: ar", "X: y"), "does not declare its language"),
        (po().replace('msgid "App', "msgid App"), "not readable as PO: Syntax error on line 5"),
        (po().encode("utf-16"), "line 1: the file is not in UTF-8"),
        (po().partition("\n\n")[0], "no text to translate"),
        ("", "the file is empty"),
        ("<html/>", "neither XLIFF 1.2 nor XLIFF 2.0"),
        ("<xliff", "not readable as XLIFF"),
    ],
)
def test_a_file_is_refused_with_its_reason(resource, bring, file, reason):
    assert reason in refused(bring, file)


def test_one_refused_text_keeps_the_others_out(resource, bring):
    entries = po("جملة أخرى.", "Une phrase.", "resource/essai#summary") + po("x").partition("\n\n")[2]
    reasons = refused(bring, entries)
    assert reasons.startswith("added: 0, changed: 1")
    assert reasons.count(KEY) > 5


def test_a_refusal_names_the_line_where_the_unit_starts(resource, bring, format):
    file = (
        run("export", language="ar", format=format).replace("Fiche d&apos;essai", "Fiche").replace("Fiche d'essai", "x")
    )
    line = int(re.search(r"line (\d+): resource/essai#title: its source", refused(bring, file))[1])
    start = "\n".join(file.splitlines()[line - 1 : line + 4])
    assert re.search("resource[/:]essai[#:]title", start)


@pytest.mark.parametrize("format", ["xliff1", "xliff2"])
@pytest.mark.parametrize("prefix", ["", "%"])
def test_entities_are_neither_resolved_nor_fetched(resource, bring, format, prefix, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("<!ENTITY use 'secret'>" if prefix else "secret")
    file = export("ar", format, only=["missing"]).decode()
    doctype = f'<!DOCTYPE xliff [<!ENTITY {prefix} x SYSTEM "{secret.as_uri()}">{"%x;" if prefix else ""}]>'
    file = file.replace("<xliff", f"{doctype}<xliff", 1).replace("<target", "<target>&x;</target><target", 1)
    reasons = refused(bring, file)
    assert "secret" not in reasons
    assert "DOCTYPE" in reasons or "Entity 'x' not defined" in reasons


def test_a_unit_cut_into_segments_is_refused(resource, bring):
    file = export("ar", "xliff2").decode().replace("</segment>", "</segment><segment><source>x</source></segment>", 1)
    assert "is cut into 2 segments" in refused(bring, file)


def test_languages_of_xliff_are_checked_in_each_file(resource, bring):
    file = export("ar", "xliff1").decode()
    assert "translates from “en”" in refused(bring, file.replace('source-language="fr"', 'source-language="en"'))
    second = '<file original="x" source-language="fr" target-language="fa"><body/></file></xliff>'
    assert "declares the language “fa”" in refused(bring, file.replace("</xliff>", second))
    assert "unchanged" in bring(file.replace('target-language="ar"', 'target-language="ar-SY"'))


@pytest.mark.parametrize(
    ("source", "target", "language"),
    [
        ("De 1 500 à 20\u202f000 habitants", "From 1,500 to 20,000 people", "en"),
        ("Ouvert 7 jours sur 7 en 2024", "Открыто 7 дней в неделю в 2024 году", "ru"),
        ("Le 3919 répond 24 h sur 24, soit 31,5 %", "۳۹۱۹ پاسخ می‌دهد ۲۴ ساعت: ۳۱٫۵٪", "fa"),
        ("Deux lits au 04 71 00 00 00", "2 beds, +33 4 71 00 00 00", "en"),
        ("Maison France Services", "Maison France Services", "ti"),
    ],
)
def test_what_languages_write_otherwise_is_no_mistake(source, target, language):
    assert list(problems(source, target, language, 60)) == []
