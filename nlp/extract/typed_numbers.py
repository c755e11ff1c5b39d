"""Number words of languages with other scripts as they are typed in Latin letters."""

from __future__ import annotations

from functools import lru_cache

from nlp.lang import languages

#: How Russian, Ukrainian and Greek number words are typed in Latin letters; a slash parts the spellings in use.
_TYPED = {
    "ru": (
        "а:a б:b в:v г:g д:d е:e/ie/ye ж:zh/j з:z и:i й:y/i/j к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h/kh ц:c/ts ч:ch "
        "ш:sh щ:sch ъ: ы:y ь:/' э:e ю:yu я:ya/ia/ja ё:e"
    ),
    "uk": (
        "а:a б:b в:v г:g/h д:d е:e є:ye ж:zh/j з:z и:y/i і:i/y ї:yi й:y/i/j к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h/kh "
        "ц:c/ts ч:ch ш:sh щ:sch ь:/' ю:yu я:ya/ia/ja ':/'"
    ),
    "el": (
        "α:a β:b/v γ:g δ:d ε:e ζ:z η:i/h θ:th/8 ι:i κ:k λ:l μ:m ν:n ξ:x/ks/3 ο:o π:p ρ:r σ:s τ:t υ:y/i/u φ:f/ph χ:h/x/ch ψ:ps "
        "ω:o/w"
    ),
}
_MOST_SPELLINGS = 200


@lru_cache(maxsize=1)
def typed_numbers() -> dict[str, int]:
    """Number words of Russian, Ukrainian and Greek in Latin letters ("pyat", "dvisti", "efta"); for telephones only."""
    result: dict[str, int] = {}
    for code, table in _TYPED.items():
        letters = dict(pair.split(":") for pair in table.split())
        for word, value in languages()[code].numbers.items():
            forms = [""]
            for char in word:
                forms = [form + piece for form in forms for piece in letters.get(char, char).split("/")][:_MOST_SPELLINGS]
            for form in forms:
                if len(form) > 2 and form.isalnum():
                    result.setdefault(form, value)
    return result
