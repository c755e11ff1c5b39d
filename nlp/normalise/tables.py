"""Look-alike letters and other tables of the normaliser. Data only."""

from __future__ import annotations

#: Cyrillic letters and the Latin ones they are mistaken for, case by case: only pairs that look alike in common fonts.
CYRILLIC_TO_LATIN = dict(zip("АВЕКМНОРСТУХЅІЈаеорсухѕіјԁԛԝһ", "ABEKMHOPCTYXSIJaeopcyxsijdqwh", strict=True))
#: Latin letters that stand for Cyrillic ones in a Cyrillic word. Small k, m, t, n, b, u, r look like Cyrillic к, м, т, п, ь,
#: и, г only in some fonts, but a Latin letter inside a Cyrillic word has no other reading.
LATIN_TO_CYRILLIC = {latin: cyrillic for cyrillic, latin in CYRILLIC_TO_LATIN.items() if cyrillic not in "ЅІЈѕіјԁԛԝһ"}
LATIN_TO_CYRILLIC |= {
    "k": "к",
    "m": "м",
    "t": "т",
    "n": "п",
    "b": "в",
    "u": "и",
    "r": "г",
    "I": "І",
    "i": "і",
    "S": "Ѕ",
    "s": "ѕ",
}
#: The same between Greek and Latin.
GREEK_TO_LATIN = dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοανιρ", "ABEZHIKMNOPTYXoavip", strict=True))
LATIN_TO_GREEK = {latin: greek for greek, latin in GREEK_TO_LATIN.items()} | {"u": "υ", "x": "χ", "k": "κ", "w": "ω", "y": "γ"}
#: Greek in a Cyrillic word and the other way round go through Latin.

#: Letters of the "small capitals" fonts that NFKC leaves alone.
SMALL_CAPITALS = dict(zip("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz", strict=True))

#: Squared, circled and other pictures of letters and digits; NFKC leaves these or turns them into something with brackets.
PICTURES: dict[str, str] = {"\U0001f51f": "10", "⓪": "0", "⓿": "0", "\U0001f17e": "O", "\U0001f170": "A", "\U0001f171": "B"}
for _first, _count, _base in (
    (0x2460, 20, 1),
    (0x2474, 20, 1),
    (0x2488, 20, 1),
    (0x24F5, 10, 1),
    (0x2776, 10, 1),
    (0x2780, 10, 1),
    (0x278A, 10, 1),
):
    PICTURES |= {chr(_first + i): str(_base + i) for i in range(_count)}
PICTURES |= {chr(0x24EB + i): str(11 + i) for i in range(10)}
for _first in (0x1F130, 0x1F150, 0x1F170):
    PICTURES |= {chr(_first + i): chr(65 + i) for i in range(26)}
PICTURES |= {chr(0x249C + i): chr(97 + i) for i in range(26)}

#: Bytes that Windows-1252 leaves undefined but that broken conversions keep.
SLOPPY_1252 = {0x81, 0x8D, 0x8F, 0x90, 0x9D}

#: HTML tags that end a line for a reader; every other tag only parts words.
LINE_TAGS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "section"})
#: In the brackets of a tag, but no tags: parts of a written-out address ("name <at> example <dot> com").
NO_TAGS = frozenset({"at", "dot", "et", "punkt", "punct", "punto", "arroba", "point", "tochka"})
