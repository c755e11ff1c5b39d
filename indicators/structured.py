"""Derived indicators: from mentions, numbers and fields rather than from wording. Each derivation is a pure function."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from indicators import pay
from strazha.model import AdType, Advert, Hit, Mention, MentionKind, NormalText, ReadField, ReadText

#: Adverts shorter than this do not state much at all: nothing is concluded from what they leave out.
_TOO_SHORT = 12
#: The rule of an absence: nothing says who employs.
ABSENT = "employer.absent"


def derive(
    text: ReadText, mentions: Sequence[Mention], ad_type: AdType, hits: Sequence[Hit], advert: Advert | None = None
) -> list[Hit]:
    """All derived hits for an advert of that type; ``hits`` are those already found in its words."""
    found = disguised(mentions)
    if ad_type is AdType.JOB:
        firms = firm(text, mentions)
        found += firms + long_days(text)
        taken = [hit for hit in hits if hit.indicator in {"recruitment_fee", "debt_bondage", "wage_deductions"}]
        found += pay.unrealistic(text, mentions, taken, advert)
        found += no_employer(text, [*hits, *firms], advert)
    elif ad_type is AdType.ADULT:
        found += several_persons(text, mentions)
    return found


def disguised(mentions: Sequence[Mention]) -> list[Hit]:
    """obscured_contact: every telephone, e-mail or handle that the reader found disguised."""
    kinds = {MentionKind.PHONE, MentionKind.EMAIL, MentionKind.HANDLE}
    return [
        _hit("obscured_contact", mention, "disguise", mention.confidence, ", ".join(mention.disguise))
        for mention in mentions
        if mention.obscured and mention.kind in kinds
    ]


# --- employer ---------------------------------------------------------------------------------------------------------------

_FORM = (
    r"(?:ЕООД|ООД|ЕАД|АД|ЕТ|EOOD|OOD|EAD|AD|ООО|ТОВ|Ltd|LTD|Limited|LLC|LLP|PLC|Plc|plc|GmbH|AG|KG|GbR|OHG|BV|B\.V\.|NV|SRL|S\.R\.L\.|S\.r\.l\."
    r"|SpA|ApS|A/S|AB|Oy|s\.r\.o\.|sp\. z o\.o\.|d\.o\.o\.|ДОО|д\.о\.о\.|ΕΠΕ|ΙΚΕ|Α\.Ε\.|A\.Ş\.|Ltd\. Şti|S\.L\.|SL)"
)
_CAPITAL = r"[^\W\d_a-zа-яёіїєґάέήίόύώα-ω]"
#: Name, then legal form; a firm's number; a street with its number. All bounded, so that no text makes them slow.
_FIRM = re.compile(
    rf"(?:{_CAPITAL}[\w'&.-]{{1,30}}[\"”“»]?[ ]){{1,5}}{_FORM}(?!\w)"
    r"|[\"„“«”][^\"„“«»”\n]{2,40}[\"“”»][ ]" + _FORM + r"(?!\w)"
    # Some forms stand before the name: ООО «Проба», ТОВ "Зразок", ЕТ "Име - Фамилия".
    r"|(?<!\w)(?:ООО|ТОВ|ЕТ|ПП|АО|СД|ДОО)[ ][\"„“«][^\"„“«»”\n]{2,40}[\"“”»]"
    r"|(?:ЕИК|ЕІК|ЄІК|EIK|ЄДРПОУ|ИНН|ОГРН|Булстат|БУЛСТАТ|CUI|CIF|NIF|HRB|PIB|ПИБ|ΑΦΜ|ΓΕΜΗ"
    r"|KvK|CVR|VAT no|[Cc]ompany (?:no|number|reg)|[Rr]egistration no)\.?:?[ ]?[\w/ ]{0,4}\d{3,}"
)
_STREET = re.compile(
    r"(?:\b(?:ул|бул|пл|ul|bul|pl|str|вул)\.[ ]?"
    r"|\b(?:улица|булевард|площад|strada|[Cc]alle|[Vv]ia|[Rr]ue|οδός|вулиця|ulica)[ ])"
    rf"[\"„“]?{_CAPITAL}[\w .'-]{{1,40}}?[\"“”]?[ ,]*(?:№|N|no\.?|nr\.?)?[ ]?\d{{1,4}}\b"
    rf"|\b{_CAPITAL}\w{{2,30}}(?:straße|strasse|str\.|gasse|weg|platz|allee|ring|damm|straat|gata|vej|gade)[ ]\d{{1,4}}\b"
    rf"|\b(?:Unit[ ])?\d{{1,4}}[a-z]?[ ](?:{_CAPITAL}[\w'-]{{1,20}}[ ]){{1,3}}"
    r"(?:Street|St|Road|Rd|Lane|Avenue|Ave|Terrace|Square|Way|Park|Drive|Close|Place|Quay|Crescent|Hill)\b"
    rf"|\b(?:Industriestr|Am|An der|Zum)[ ]{_CAPITAL}\w{{2,20}}[ ]\d{{1,4}}\b"
    rf"|\b(?:Индустриална зона|индустриална зона|Industrial Estate|Business Park)\b"
)
_SITE = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:www\.)?[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.(?:example|com|org|net|eu|bg|de|ro|co\.uk|uk|it|es|gr|nl|at)(?![\w@-])(?!\.\w)"
)
_MESSENGERS = ("t.me", "wa.me", "instagram.com", "facebook.com", "telegram.", "viber.", "vk.com")


def firm(text: ReadText, mentions: Sequence[Mention]) -> list[Hit]:
    """verifiable_employer: a name with legal form or number, a street with number, or a website of its own."""
    found = []
    for field in text.fields():
        for expression, rule in ((_FIRM, "firm.form"), (_STREET, "firm.street"), (_SITE, "firm.site")):
            for match in expression.finditer(field.normal.text):
                if rule == "firm.site" and (match.group().startswith(_MESSENGERS) or _contact(field, match, mentions)):
                    continue
                found.append(_span("verifiable_employer", field, field.normal, match.span(), rule=rule, confidence=0.8))
    return found


def _contact(field: ReadField, match: re.Match[str], mentions: Sequence[Mention]) -> bool:
    start, end = field.normal.original(match.start(), match.end())
    contacts = {MentionKind.EMAIL, MentionKind.HANDLE, MentionKind.PHONE}
    return any(one.kind in contacts and one.field == field.name and one.start < end and start < one.end for one in mentions)


#: Names somebody without what it takes to check them: "МБАЛ „Пример“", "Hotel Sample", "Sample Farms".
_NAMED = re.compile(
    r"\b(?:[Фф]ирма|[Аа]генция|[Хх]отел|[Рр]есторант|МБАЛ|СУ|ОУ|ДГ|[Бб]юро|[Кк]афе|[Шш]кола|[Уу]чилище|[Зз]авод|[Фф]абрика|[Цц]ех"
    r"|[Кк]линика|[Пп]екарна|[Мм]агазин|[Бб]олница|[Хх]лебарница|[Фф]ерма|[Кк]омпания|[Сс]алон|[Ии]зба)"
    r"[ ][\"„“«][^\"„“«»”\n]{2,40}[\"“”»]"
    r"|\b(?:Hotel|Gasthof|Restaurant|Hof|Clinic|Klinik|Spital|Firma|Agentia|Ferma|Podgoria|Bakery|Bäckerei)[ ]"
    rf"{_CAPITAL}\w{{2,30}}"
    rf"|\b{_CAPITAL}[\w'&-]{{1,30}}[ ](?:{_CAPITAL}\w{{1,30}}[ ])?"
    r"(?:Farms?|Hotel|Bakery|Clinic|School|Group|Foundation|Hospital|Recruiting|Personnel)\b"
)


def no_employer(text: ReadText, hits: Sequence[Hit], advert: Advert | None) -> list[Hit]:
    """employer_unidentified as an absence: the text is long enough to name somebody, and neither it nor the site does."""
    names = {"verifiable_employer", "licensed_intermediary", "employer_unidentified"}
    if any(hit.indicator in names for hit in hits) or (advert is not None and advert.seller.strip()):
        return []
    if len(text.title.captured.split()) + len(text.body.captured.split()) < _TOO_SHORT:
        return []
    if any(_NAMED.search(field.normal.text) for field in text.fields()):
        return []
    note = "Nothing in the text or the site's fields names an employer, an agency or an address"
    return [Hit(indicator="employer_unidentified", method="derived", confidence=0.6, rule=ABSENT, note=note)]


# --- hours ------------------------------------------------------------------------------------------------------------------

#: Looked for from its first number on: a search that begins with a word that may be missing stops at every letter.
_RANGE = re.compile(
    r"(?<![\d.,:+-])(?P<a>\d{1,2})(?:[:.][0-5]\d)?[ ]?"
    r"(?P<am>am|pm|ч\.?|часа|сутринта|dimineata|dimineața|uhr|h|год)?[ ]?"
    r"(?P<to>-|–|до|to|till|until|la|bis|do|έως|a)[ ]?(?P<b>\d{1,2})(?![\d/%])(?:[:.][0-5]\d)?[ ]?"
    r"(?P<unit>am|pm|ч\b|часа|вечерта|seara|uhr|h\b|години|год|г\b|г\.|years|ani\b|jahre|лет|рок|€|euro|евро|лв|кг|km|дни|days|[a-zа-я]{2,12})?",
    re.IGNORECASE,
)
_FROM = re.compile(r"(?<!\w)(?:от|from|de la|de|з|с|von|od|од|από|ot|между)[ ]$", re.IGNORECASE)
_LONGEST_FROM = 7
_NOT_HOURS = re.compile(
    r"годин(?:и|а)|годишн|год$|г$|г\.$|years|yo$|ani$|jahre|лет|рок|€|eur|евро|лв|кг|km|дни|days|дена|души|човека|people|месец|month|"
    r"януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември|january|february|march|april|may$|june|july|august|"
    r"september|october|november|december|минути|min|%|броя|легла|beds|етаж",
    re.IGNORECASE,
)
_EVENING = frozenset({"pm", "вечерта", "seara", "abends", "вечора", "вечера"})
#: From this many hours between the two times on, a day is excessively long (ILO: ordinary limit 8, with overtime about 11).
_LONG = 12


def long_days(text: ReadText) -> list[Hit]:
    """excessive_hours: a working day from one hour to another that lasts twelve hours or more."""
    found = []
    for field in text.fields():
        for normal in filter(None, (field.normal, field.reading)):
            for match in _RANGE.finditer(normal.text):
                begin = match.start()
                before = _FROM.search(normal.text, max(0, begin - _LONGEST_FROM), begin)
                hours = _duration(match, worded=before is not None)
                if hours is not None and hours >= _LONG:
                    note = f"{hours} hours between the two times"
                    begin = before.start() if before is not None else begin
                    found.append(
                        _span(
                            "excessive_hours",
                            field,
                            normal,
                            (begin, match.end("b")),
                            rule="hours",
                            confidence=0.75,
                            note=note,
                        )
                    )
    return found


def _duration(match: re.Match[str], *, worded: bool) -> int | None:
    begin, end, unit, to = int(match["a"]), int(match["b"]), match["unit"] or "", match["to"].lower()
    if _NOT_HOURS.match(unit) or begin > 24 or end > 24:
        return None
    worded = worded or to in {"till", "until", "до", "bis", "to"}
    if not worded and not match["am"] and not re.match(r"ч|час|h$|uhr|am|pm", unit):
        return None
    if (match["am"] or "").lower() == "pm":
        begin += 12
    if end < 12 and unit.lower() in _EVENING:
        end += 12
    elif end <= begin and end <= 12:
        end += 12 if end + 12 > begin else 24
    hours = end - begin
    return hours if 0 < hours <= 20 else None


# --- persons ----------------------------------------------------------------------------------------------------------------

_JOIN = re.compile(
    r"^[ ,(]{0,3}(?:\d{2}\s{0,2}(?:г\.?|год\w{0,3}|ani|yo)?[) ]{0,2})?"
    r"(?:[,&+/]|и|i|and|și|si|şi|und|y|та|και|ve)\s*(?:и|i|and|și|si|und)?\s*$",
    re.IGNORECASE,
)


def several_persons(text: ReadText, mentions: Sequence[Mention]) -> list[Hit]:
    """multiple_persons_advertised: two different names with nothing but an age, a comma or "and" between them."""
    captured = {field.name: field.captured for field in text.fields()}
    names = sorted((one for one in mentions if one.kind is MentionKind.NAME), key=lambda one: (one.field, one.start))
    found = []
    for first, second in pairwise(names):
        whole = captured[first.field]
        if (
            first.field != second.field
            or first.key.lower() == second.key.lower()
            or not _JOIN.match(whole[first.end : second.start])
        ):
            continue
        note = f"{first.key} and {second.key}"
        found.append(
            Hit(
                indicator="multiple_persons_advertised",
                field=first.field,
                start=first.start,
                end=second.end,
                text=whole[first.start : second.end],
                method="derived",
                confidence=0.7,
                rule="persons",
                note=note,
            )
        )
    return found


# --- shared -----------------------------------------------------------------------------------------------------------------


def _hit(indicator: str, mention: Mention, rule: str, confidence: float, note: str) -> Hit:
    return Hit(
        indicator=indicator,
        field=mention.field,
        start=mention.start,
        end=mention.end,
        text=mention.text,
        method="derived",
        confidence=confidence,
        rule=rule,
        note=note,
    )


def _span(
    indicator: str,
    field: ReadField,
    normal: NormalText,
    place: tuple[int, int],
    *,
    rule: str,
    confidence: float,
    note: str = "",
) -> Hit:
    start, end = normal.original(*place)
    text = field.captured[start:end]
    return Hit(
        indicator=indicator,
        field=field.name,
        start=start,
        end=end,
        text=text,
        method="derived",
        confidence=confidence,
        rule=rule,
        note=note,
    )
