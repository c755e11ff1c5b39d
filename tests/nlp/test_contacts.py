"""E-mails, accounts and telephones as people hide them, by what is done to them; and what only looks like one."""

from __future__ import annotations

import pytest

from nlp.pipeline import Reader
from strazha.model.screening import Mention

READER = Reader()


def keys(kind: str, body: str, title: str = "") -> list[str]:
    return list(dict.fromkeys(m.key for m in READER.read(title, body).mentions if m.kind == kind))


ONE = "+359888001204"


@pytest.mark.parametrize(
    "text",
    [
        "0888 - питай за Ани - 001 - 204",
        "първите цифри са 0888, следващите 001, последните 204",
        "моят номер е 0888 без интервали 001204",
        "0888+001+204",
        "нула, три осмици, две нули, едно, две, нула, четири",
        "нула тройна осмица двойна нула едно двеста и четири",
        "nomer: 0 tri osmici 2 nuli 1204",
        "ноль, три восьмерки, два нуля, один два ноль четыре",
        "нула, три пъти по осем, 001204",
        "cero, tres ochos, dos ceros, 1204",
        "O B B B O O 1 2 O 4",
        "{0888}{001}{204}",
        "[08]_[88]_[00]_[12]_[04]",
        "тел.0888001204звъни",
        "0888|001|204",
        "осем осем осем нула нула едно двеста и четири, отпред с нула",
        "sıfır sekiz yüz seksen sekiz sıfır sıfır bir iki yüz dört",
        "miden okto okto okto miden miden ena dio miden tessera",
        "тел. 0888\n\n001204",
        "по-малката 36 номер, 0888 001 204",
    ],
)
def test_numbers_hidden_as_people_hide_them(text: str) -> None:
    assert keys("phone", text) == [ONE]


def test_a_number_cut_between_title_and_body_stands_in_both() -> None:
    reading = READER.read("Тел 0888 001", "204 търси Живко")
    found = [m for m in reading.mentions if m.kind == "phone"]
    assert [(m.field, m.text, m.value) for m in found] == [("title", "0888 001", ONE), ("body", "204", ONE)]
    assert all("split" in m.disguise for m in found)


def test_numbers_that_share_their_head() -> None:
    assert keys("phone", "Обадете се: 0888 001 204/205/206") == [ONE, "+359888001205", "+359888001206"]
    assert keys("phone", "07700 900456/7") == ["+447700900456", "+447700900457"]


@pytest.mark.parametrize(
    "text",
    [
        "Смени 06-14 14-22 22-06, работа 0900-1700",
        "IBAN: BG80 BNBG 9661 1020 3456 78",
        "Поръчка № 0888001204, пратка 1051234567890",
        "Bus times 0715 0745 0815 0845 0915 from stop 4",
        "Bricks 500 @ 0.65, 1000 @ 0.60, 2000 @ 0.55",
        "Steuernummer 176/040/69012, PLZ 10115",
        "42.6977082, 23.3218675 близо до центъра",
        "Имот 03456.501.1234.5.67 по КККР",
        "две стаи, осем легла, нула проблеми, осем часа, две почивки, пет дни",
        "Тиражът: 3 14 22 31 40 47",
    ],
)
def test_figures_that_are_no_telephone(text: str) -> None:
    assert keys("phone", text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ime точка familia кльомба example точка com", "ime.familia@example.com"),
        ("rabota долна черта office кльомба example точка net", "rabota_office@example.net"),
        ("rabota(а)example.com", "rabota@example.com"),
        ("rabota klomba example tochka com", "rabota@example.com"),
        ("rabota maimunsko a example to4ka com", "rabota@example.com"),
        ("r a b o t a @ e x a m p l e . c o m", "rabota@example.com"),
        ("rabota@@example..com", "rabota@example.com"),
        ("rabota@example,com", "rabota@example.com"),
        ("kadri.sofia AT example.org", "kadri.sofia@example.org"),
        ("jobs_at_example_dot_com", "jobs@example.com"),
        ("jobs <at> example <dot> com", "jobs@example.com"),
        ("jobs #at# example #dot# com", "jobs@example.com"),
        ("anna dash jobs at example dot co dot uk", "anna-jobs@example.co.uk"),
        ("Mail crewing desk, one word, at example dot org", "crewingdesk@example.org"),
        ("ime . familia (маймунско а) example . org", "ime.familia@example.org"),
        ("contact coada de maimuta example punct com", "contact@example.com"),
        ("rabota собачка example тчк com", "rabota@example.com"),
        ("robota равлик example крапка com", "robota@example.com"),
        ("jobs Klammeraffe example Punkt de", "jobs@example.de"),
        ("aitisi papaki example teleia gr", "aitisi@example.gr"),
        ("isilani kuyruklu a example nokta com", "isilani@example.com"),
        ("posao лудо а example тачка com", "posao@example.com"),
        ("trabajo arroba example punto es", "trabajo@example.es"),
    ],
)
def test_addresses_written_out(text: str, address: str) -> None:
    assert keys("email", text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "6 @ 5 pounds, 12 @ £9.50, meet @ 7pm @ the station. see example.com",
        "Look at example dot com for photos",
        "We are at example.com",
        "thanks @everyone, see you @home",
        "Намерете ни при хотел Рила точка среща 5",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert keys("email", text) == []
    assert keys("handle", text) == []


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("търсете ме в инстаграм – lilia.sofia88", ["instagram:lilia.sofia88"]),
        ("Инстаграмът ми е lilia.sf_92", ["instagram:lilia.sf_92"]),
        ("т е л е г р а м lilia_sf", ["telegram:lilia_sf"]),
        ("t3legram: lilia_sf", ["telegram:lilia_sf"]),
        ("t . me / lilia_sf", ["telegram:lilia_sf"]),
        ("add me on telegram, username anna_tr", ["telegram:anna_tr"]),
        ("my insta is anna dot travels", ["instagram:anna.travels"]),
        ("insta anna underscore tr", ["instagram:anna_tr"]),
        ("@anna_tr on IG and @anna_tele on Telegram", ["instagram:anna_tr", "telegram:anna_tele"]),
        ("Пиши на mallorca_proba (telegram)", ["telegram:mallorca_proba"]),
        ("instagram: mina.bg", ["instagram:mina.bg"]),
        ("skype:live:lilia.sofia", ["skype:live:lilia.sofia"]),
        ("viber://chat?number=%2B359888001204", ["viber:" + ONE]),
        ("https://api.whatsapp.com/send?phone=359888001204&text=Hi", ["whatsapp:" + ONE]),
        ("https://t.me/+359888001204", []),
        ("Тел: 0888001204\nWhatsApp: 0888001205", ["whatsapp:+359888001205"]),
        ("без вайбър, само обаждания 0888001204", []),
        ("We use Telegram and WhatsApp groups for rota; instagram page soon", []),
        ("Instagram page of the shop: www.example.com", []),
    ],
)
def test_accounts(text: str, accounts: list[str]) -> None:
    assert keys("handle", text) == accounts


def test_a_link_to_a_chat_gives_the_telephone_too() -> None:
    for link in ("https://wa.me/359888001204?text=a", "viber://chat?number=%2B359888001204", "https://t.me/+359888001204"):
        assert keys("phone", link) == [ONE]


def test_a_page_that_is_no_network_is_a_plain_link() -> None:
    mentions: tuple[Mention, ...] = READER.read("", "onlyfans.com/primer_ime?ref=12&utm_source=x").mentions
    assert [(m.kind, m.key) for m in mentions] == [("url", "http://onlyfans.com/primer_ime")]
