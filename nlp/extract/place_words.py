"""Words and signs beside places that the extractor of places is told by, of all languages together."""

from __future__ import annotations

import re

from nlp.extract.lexicon import word_set

#: What speaks for and against a place beside its size (the tenth logarithm of its people less 2.6); 1.3 is enough in all.
WEIGHTS = {
    "preposition": 1.6,
    # "с. Победа", "град X", "5967 Гривица": what says that a settlement follows outweighs every other reading of the word.
    "settlement word": 3.2,
    "postal code": 1.4,
    "address": 0.9,
    "listed": 1.2,
    "phrase": 0.8,
    "mark before": 0.5,
    "mark after": 0.5,
    "inflected": -0.4,
    # An alternate Latin name of GeoNames is often a transliteration that looks like some other word.
    "foreign form": -1.7,
    # A capital at the head of a sentence says nothing ("Van picks you up"), nor does one of a German noun.
    "sentence head": -2.2,
    "german noun": -0.7,
    "everyday word": -3.0,
    "everyday word elsewhere": -1.0,
    # Cities named like a word of everyday ("Essen mit uns", "Latina, 25").
    "homonym": -2.2,
    # Bulgarian villages and small towns named with everyday words (nlp/gazetteer/everyday.txt).
    "everyday village": -3.0,
    "everyday town": -1.0,
    "given name": -3.0,
    "given name after preposition": -1.5,
    "person cue": -2.0,
    "reading": -0.3,
    "short": -1.0,
    "rather short": -0.4,
}
HOUSES = word_set(
    """
    hotel club bar хотел клуб бар отель готель ξενοδοχειο otel salon салон studio
    """
)
LIST = frozenset(
    f" {word} " for word in ("and", "и", "или", "or", "und", "si", "y", "і", "та", "και", "ve", "-", "oder", "sau", "i")
) | {
    ", ",
    "/",
    "-",
}
#: The longest of these, and one more.
LIST_GAP = max(map(len, LIST)) + 1
#: Villages have fewer people than this, cities whose quarters share names with villages more than that.
VILLAGE, CITY = 3_000, 30_000
MARK_LETTERS = word_set("с г м гр s g gr к п d")
POSTAL = re.compile(r"(?<![\d+.,])(?!(?:19|20)\d\d\s)[1-9]\d{3,4}\s$")
AGED = re.compile(r",?\s\(?(?:1[89]|[2-6]\d)(?:\s?(?:г|ани|ani|yas)\.?)?\s?[,.)|–-]")
MONTHS = frozenset({"септември"})
#: From so many people on a city is in the word lists because adverts name it, and its case forms are known.
LARGE = 100_000
#: Cities whose name is a word that adverts use all the time.
HOMONYMS = word_set(
    """
    essen latina nice bath reading most brest singen lage hamm hagen siegen halle orange mobile chance prime lens tours angers
    nancy grasse bar sandwich deal battle worth sale para parana corona ordu usak van drama sanya
    """
)
#: "Beispielweg 1, Beelitz"
HOUSE_NUMBER = re.compile(r"[^\W\d_]\s\d{1,3}[a-zа-я]?,\s$")
#: "Перник център": what is said of cities.
CENTRE = re.compile(
    r"\s(?:център|центъра|centre|center|centar|centur|centru|centrul|centro|zentrum|merkez|центр|центар|κεντρο)(?!\w)"
)
#: The ending that takes a preposition's place.
LOCATIVE = re.compile(r"[dt][ae](?:n|ki)?$")
#: "Ipswich to Poznan": at the head of a sentence a route shows a place.
ROUTE = re.compile(r"\s(?:to|do|до|nach|bis|spre|a|za|за|için|και|i|и|and|und|si|y|->)\s")
