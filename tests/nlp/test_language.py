"""Languages of adverts and passages; Latin-typed Bulgarian recognised and read."""

from __future__ import annotations

import pytest

from nlp.language import LATIN_BG, identify, read_cyrillic, to_cyrillic
from nlp.normalise import normalise

TEXTS = [
    ("bg", "Продавам детска количка, почти нова, лично предаване в центъра."),
    ("en", "Selling a pram, nearly new, collection only from the town centre."),
    ("ro", "Vând cărucior pentru copii, aproape nou, predare personală în centru."),
    ("ro", "Vand carucior pentru copii, aproape nou, fara defecte, predare personala"),
    ("ru", "Продаю детскую коляску, почти новая, самовывоз из центра города."),
    ("uk", "Продам дитячу коляску, майже нова, самовивіз із центру міста."),
    ("de", "Verkaufe Kinderwagen, fast neu, nur Abholung in der Innenstadt."),
    ("el", "Πωλείται παιδικό καρότσι, σχεδόν καινούργιο, παραλαβή από το κέντρο."),
    ("tr", "Satılık bebek arabası, yeni gibi, merkezden elden teslim."),
    ("sr", "Продајем дечја колица, као нова, лично преузимање у центру."),
    ("sr", "Prodajem dečja kolica, kao nova, lično preuzimanje u centru grada."),
    ("es", "Vendo carrito de bebé, casi nuevo, se recoge en el centro."),
]
TYPED = [
    "Prodavam detska koli4ka, po4ti nova, lichno predavane v centara",
    "Tyrsq rabota kato gotva4, imam opit, moga vednaga",
    "Davam pod naem staq v kvartira s dve momicheta, bez dogovor",
    "Shofior s mikrobus prevozva bagaj, obadete se sled rabota",
    "chistq apartamenti po dogovorka, idvam na mqsto",
]
NOT_TYPED = [
    ("hr", "Prodajem dječja kolica, kao nova, osobno preuzimanje u centru Zagreba, kontakt na mobitel"),
    ("sl", "Prodam otroški voziček, skoraj nov, osebni prevzem v centru mesta, pokličite po telefonu"),
    ("sr", "Potrebni radnici za rad u skladištu, smeštaj i hrana obezbeđeni, plata redovna"),
    ("pl", "Sprzedam wózek dziecięcy, prawie nowy, odbiór osobisty w centrum miasta"),
    ("cs", "Prodám dětský kočárek, téměř nový, osobní odběr v centru města"),
    ("sk", "Predám detský kočík, takmer nový, osobný odber v centre mesta"),
    ("ro", "Caut menajera pentru apartament in Iasi, platesc bine, sunati dupa ora cinci"),
    ("en", "Van and driver for hire, 4 hours minimum, call me for a quote b4 Friday"),
    ("it", "Cerco lavoro come cuoco, ho esperienza e sono disponibile subito"),
]


@pytest.mark.parametrize(("lang", "text"), TEXTS)
def test_languages(lang: str, text: str) -> None:
    found = identify([text])
    assert found.languages[0].lang == lang
    assert not found.latin_bg


@pytest.mark.parametrize("text", TYPED)
def test_latin_typed_bulgarian_is_recognised(text: str) -> None:
    found = identify([text])
    assert found.latin_bg
    assert found.languages[0].lang == "bg"


@pytest.mark.parametrize(("lang", "text"), NOT_TYPED)
def test_its_neighbours_are_not_taken_for_it(lang: str, text: str) -> None:
    assert not identify([text]).latin_bg, lang


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pair.split("=")
        for pair in (  # noqa: SIM905
            "tyrsq=търся tursq=търся rabota=работа po4ivka=почивка 6ef=шеф shte=ще sym=съм momi4eta=момичета vsqka=всяка "
            "kushta=къща Germaniq=Германия jena=жена 4as=час zaplata=заплата"
        ).split()
    ],
)
def test_words_as_people_type_them(typed: str, read: str) -> None:
    assert to_cyrillic(typed) == read


def test_a_reading_maps_to_the_typed_text_and_leaves_other_passages() -> None:
    text = "Tyrsq rabota vednaga, bez opit sym. Call me on WhatsApp, I speak English."
    normal = normalise(text)
    found = identify([text])
    reading = read_cyrillic(normal, tuple(p for p in found.passages[0] if p.lang == LATIN_BG))
    at = reading.text.index("работа")
    first, last = reading.original(at, at + 6)
    assert text[first:last] == "rabota"
    assert "speak English" in reading.text


def test_passages_of_a_mixed_text_have_their_own_languages() -> None:
    found = identify(["Търся работа в чужбина, имам опит.\nI am looking for a job, I have experience and speak English."])
    assert [p.lang for p in found.passages[0]] == ["bg", "en"]
    assert {guess.lang for guess in found.languages} == {"bg", "en"}


def test_nothing_to_go_by() -> None:
    for text in ("", "   ", "123 456", "!!! ???", "🔥🔥"):
        assert identify([text]).languages == () or text.strip()
