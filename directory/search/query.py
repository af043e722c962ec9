"""Understanding what people type: what they call things, halves of words, misspellings, and places among the words."""

from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import log2

from django.db.models import Case, Q, Value, When
from django.db.models.functions import Length
from django.utils.functional import cached_property

from directory.models.search import SearchText, SearchWord, Synonym
from directory.places import place_of
from directory.search.expressions import AllOf, AnyOf, Matched, Zone, leaves
from directory.search.folding import normalise
from directory.search.places import PlaceAmong, place_among
from directory.search.spelling import begun_by, misspelt_as
from directory.search.stop_words import EVERYWHERE
from directory.search.words import STEMMERS, is_stop_word, stem, stems
from directory.translations import SOURCE

MOST_WORDS = 12
MOST_TELLING = 6  # of many words, those that decide what is found: subsets of all of them would be thousands
LONGEST_PHRASE = 6
# What a part of the words counts for in a text, by where it stands.
IN_TITLE, IN_SUMMARY, IN_BODY = 8, 3, 1
# Above everything else: the words are the whole title. Below: said neither in the reader's language nor in French.
A_NAME, OTHER_LANGUAGE = 10_000, -5_000
# The shares of the words, by weight, that a text must have: the strictest that gives enough entries is taken.
SHARES = (1, 0.7, 0.4, 0)
ENOUGH = 3
UNCOUNTED = 30  # texts taken for a word whose own frequency is not known


@dataclass(frozen=True)
class Word:
    """A normalised word, and the stems of the texts it may stand in."""

    text: str
    roots: frozenset
    is_guess: bool = False

    @classmethod
    def all_of(cls, text, language):
        """The Words of a text that are worth finding."""
        words = normalise(text).split()
        return [cls(word, frozenset(stems(word))) for word in words if not is_stop_word(word, language)]


@dataclass(frozen=True)
class Part:
    """A word or a phrase of the search: what may stand for it in a text, and how much it tells."""

    words: tuple
    expression: AnyOf
    weight: int


@dataclass
class Search:
    """What was understood of the words.

    `place` is the Place that some of them name, `place_words` those words, `other_words` the others, and `homonyms` the
    communes to choose from when several share the name. `corrections` says, for a word that stands in no text, which
    one was taken for it, and `unknown` lists those without any.
    """

    typed: str
    language: str
    place: object = None
    place_words: str = ""
    other_words: str = ""
    homonyms: list = field(default_factory=list)
    parts: tuple = ()
    corrections: dict = field(default_factory=dict)
    unknown: list = field(default_factory=list)

    @property
    def has_words(self):
        """False when the words only name a place."""
        return bool(self.parts or self.unknown)

    @cached_property
    def names(self):
        """The words as a title made of them is indexed, whichever the language."""
        words = [word for part in self.parts for word in part.words]
        return {" ".join(stem(word, language) for word in words) for language in STEMMERS}

    def having(self, share):
        """The expression of the texts that have at least this share of the words, by weight; the rest only rank."""
        telling = sorted(self.parts, key=lambda part: -part.weight)[:MOST_TELLING]
        telling = [part for part in telling if part.weight] or telling
        least, enough = share * sum(part.weight for part in telling), []
        for size in range(1, len(telling) + 1):
            for some in map(set, combinations(range(len(telling)), size)):
                if sum(telling[i].weight for i in some) >= least and not any(less <= some for less in enough):
                    enough.append(some)
        return AnyOf(tuple(AllOf(tuple(telling[i].expression for i in sorted(some))) for some in enough))

    @cached_property
    def share(self):
        """The strictest share of the words that gives enough entries, or that names one; None when none gives any."""
        found = None
        entries = SearchText.objects.filter(kind=SearchText.Kind.RESOURCE)
        if not self.parts:
            return None
        for share in SHARES if len(self.parts) > 1 else SHARES[:1]:
            rows = entries.matching(self.having(share))
            count = len(rows.order_by().values("object_id").distinct()[:ENOUGH])
            if count:
                found = share
            if count == ENOUGH or count and share == 1 and rows.filter(title__in=self.names).exists():
                break
        return found

    @cached_property
    def roots(self):
        """Every stem that may have been found, to show where."""
        return frozenset().union(*(leaves(part.expression) for part in self.parts))

    @property
    def did_you_mean(self):
        """The words with one that no text knows replaced by one not too far from it."""
        words = normalise(self.typed).split()
        return [
            " ".join(near.word if word == unknown else word for word in words)
            for unknown in self.unknown
            for near in misspelt_as(unknown, most=3)
        ]

    @cached_property
    def expression(self):
        return self.having(self.share or 0)

    @cached_property
    def score(self):
        """How well a text answers, the higher the better; an integer, the same on every database."""
        points = Value(0)
        for part in self.parts:
            points += Case(
                When(Matched(part.expression, Zone.TITLE), then=Value(IN_TITLE * part.weight)),
                When(Matched(part.expression, Zone.SUMMARY), then=Value(IN_SUMMARY * part.weight)),
                When(Matched(part.expression, Zone.ALL), then=Value(IN_BODY * part.weight)),
                default=Value(0),
            )
        return (
            points * 100
            - Length("title")
            + Case(When(title__in=self.names, then=Value(A_NAME * 100)), default=Value(0))
            + Case(When(language__in={self.language, SOURCE}, then=Value(0)), default=Value(OTHER_LANGUAGE * 100))
        )

    @cached_property
    def resource_ids(self):
        """The primary keys of the entries that answer, asked once for all that is counted and listed of them."""
        return set(self.texts(SearchText.Kind.RESOURCE).values_list("object_id", flat=True))

    def texts(self, *kinds):
        """The SearchTexts of these kinds that answer."""
        texts = SearchText.objects.filter(kind__in=kinds)
        return texts.matching(self.expression) if self.parts else texts.none()


def understand(typed, language, *, reads_places=True):
    """The Search that a person means by some words, on a page in this language.

    Places among the words are left alone when `reads_places` is false: one was chosen already.
    """
    search = Search(typed, language)
    words = normalise(typed).split()[:MOST_WORDS]
    if reads_places:
        words = read_place(search, words)
    search.other_words = " ".join(words)
    told = [word for word in words if not is_stop_word(word, language)]
    if not told and not search.place_words:
        search.unknown = words  # nothing but small words: they find nothing rather than everything
    frequencies = known_stems(told)
    search.parts = tuple(parts_of(mend(search, told, frequencies), frequencies))
    return search


def read_place(search, words):
    """Note the place that some of the words name; return the other words."""
    among = place_among(words, search.language) or place_called_otherwise(words, search.language)
    if among is None:
        return words
    search.place_words = among.name
    if len(among.places) == 1:
        search.place = place_of(among.places[0])
    else:
        search.homonyms = among.places
    return words[: among.start] + words[among.end :]


def place_called_otherwise(words, language):
    """The PlaceAmong for a town or a region that a synonym names: "باريس" for Paris."""
    spans = phrases(words)
    for synonym in Synonym.objects.filter(key__in=spans).order_by("pk"):
        name = normalise(synonym.means).split()
        if synonym.means[0].isupper() and (among := place_among(name, language)) and among.end == len(name):
            start, end = spans[synonym.key][0]
            return PlaceAmong(start, end, " ".join(words[start:end]), among.places)
    return None


def known_stems(words):
    """{stem: number of texts} for the stems, of these words and of each two written as one, that are known."""
    joined = ["".join(pair) for pair in pairwise(words)]
    wanted = set().union(*map(stems, [*words, *joined]))
    return dict(SearchWord.objects.filter(stem__in=wanted).values_list("stem", "frequency"))


def is_known(word, frequencies):
    return any(root in frequencies for root in stems(word))


def mend(search, words, frequencies):
    """The words as Words: one that no text knows stands for those it begins or misspells, or is left out."""
    mended = []
    for position, word in enumerate(words):
        beside = [word + other for other in words[position + 1 : position + 2]]
        beside += [other + word for other in words[max(position - 1, 0) : position]]
        if any(is_known(written, frequencies) for written in [word, *beside]):
            mended.append(Word(word, frozenset(stems(word))))
        elif found := begun_by(word) or misspelt_as(word):
            search.corrections[word] = found[0].word
            frequencies |= {candidate.stem: candidate.frequency for candidate in found}
            mended.append(Word(found[0].word, frozenset(candidate.stem for candidate in found), True))
        else:
            search.unknown.append(word)
    return mended


def phrases(words):
    """{key: [(start, end)]}: every run of words, as the index would hold it in any language, with where it stands."""
    spans = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST_PHRASE, len(words)) + 1):
            for language in STEMMERS:
                key = " ".join(stem(word, language) for word in words[start:end])
                if (start, end) not in spans.setdefault(key, []):
                    spans[key].append((start, end))
    return spans


def meanings(spans):
    """{(start, end): expressions} of what else the runs of words are called: by synonyms, acronyms and full names."""
    found = {}
    for synonym in Synonym.objects.filter(key__in=spans).order_by("pk"):
        expressions = [literal(Word.all_of(meaning, synonym.language)) for meaning in synonym.meanings]
        for span in spans[synonym.key]:
            found.setdefault(span, []).extend(expressions)
    terms = SearchText.objects.filter(Q(title__in=spans) | Q(summary__in=spans), kind=SearchText.Kind.TERM)
    for acronym, name in terms.order_by("pk").values_list("title", "summary"):
        for written, other in ((acronym, name), (name, acronym)):
            for span in spans.get(written, []) if other else []:
                found.setdefault(span, []).append(AllOf(tuple(other.split())))
    return found


def literal(words):
    """The expression of the texts that have every one of these Words."""
    return AllOf(tuple(AnyOf(tuple(sorted(word.roots))) for word in words))


def parts_of(words, frequencies):
    """Yield the Parts of a search: the longest runs of words that have a meaning of their own, then single words."""
    spans = phrases([word.text for word in words])
    meant, start = meanings(spans), 0
    for left, right in pairwise(range(len(words))):
        roots = stems(words[left].text + words[right].text)
        if roots & frequencies.keys():  # "co voiturage" for "covoiturage"
            meant.setdefault((left, right + 1), []).append(AnyOf(tuple(sorted(roots))))
    while start < len(words):
        end = max((end for first, end in meant if first == start), default=start + 1)
        run = words[start:end]
        either = AnyOf(tuple(dict.fromkeys([literal(run), *meant.get((start, end), [])])))
        yield Part(tuple(word.text for word in run), either, sum(weight(word, frequencies) for word in run))
        start = end


def weight(word, frequencies):
    """How much a word tells: 30 when it stands in one text, less the more texts it stands in, half when guessed.

    Nothing when nearly every entry could have it.
    """
    if word.text in EVERYWHERE:
        return 0
    texts = max((frequencies.get(root, 0) for root in word.roots), default=0)
    return round((30 if word.is_guess else 60) / (1 + log2(1 + (texts or UNCOUNTED))))
