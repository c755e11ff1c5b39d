"""How much each comparison counts: the one list to read and to change.

A pair's score is ``1 - (1 - w1*s1)(1 - w2*s2)…``: pieces of evidence add up, none can take more than its weight, and no pile of
weak ones passes for certainty. Tuned on the development sets only (docs/decisions.md says how).
"""

from __future__ import annotations

#: Comparison -> weight. Above JOIN: can join two adverts alone.
WEIGHTS: dict[str, float] = {
    "contact": 0.95,  # one telephone, one answerer; hubs are taken off by trust, see clusters/hubs.py
    "image": 0.85,
    "text": 0.90,
    "copy": 0.60,  # what makes two innocent adverts one advertiser's, where "text" counts for half
    "meaning": 0.75,  # a translation; never alone as sure as a number
    "name_age_city": 0.40,  # "Maria, 25, Sofia" exists many times: never alone
    "time_place": 0.08,  # every big town has hundreds a day
}
#: Weight of like texts between two benign adverts: shops, landlords and agencies fill in the site's own form, so that
#: strangers' texts are alike. There it takes a second piece of evidence, or a copy word for word. One of the two being
#: benign may be a slip of the screening and does not count.
BENIGN_TEXT = 0.45

#: A link this strong joins; weaker ones are only shown.
JOIN = 0.50
#: A link this strong holds two big groups together on its own; weaker bridges are cut (clusters/grouping.py).
STRONG = 0.70
