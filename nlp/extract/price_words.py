"""Sums that a month's pay has in each currency, and words that say how a sum is paid."""

from __future__ import annotations

import re

#: A bare amount between these (in the currency's own units) in an advert for work is the month's pay.
MONTHLY = {
    "EUR": (350, 8000),
    "GBP": (500, 7000),
    "USD": (400, 9000),
    "BGN": (600, 9000),
    "CHF": (700, 9000),
    "RON": (1500, 30_000),
    "PLN": (1500, 30_000),
    "CZK": (10_000, 90_000),
    "UAH": (8_000, 150_000),
    "RUB": (20_000, 500_000),
    "TRY": (8_000, 150_000),
    "RSD": (30_000, 400_000),
    "DKK": (5_000, 60_000),
    "NOK": (5_000, 70_000),
    "SEK": (5_000, 70_000),
    "HUF": (120_000, 1_500_000),
    "MDL": (3_000, 60_000),
    "BAM": (500, 8_000),
}
#: "на два транша", "in two instalments": what is paid in parts is one sum, whatever it is called.
PARTED = re.compile(
    r"транш|на части|на вноски|(?:на|в) две части|in two (?:parts|halves)|instal?ment|in raten|zwei raten|zwei teile|in transe|"
    r"doua transe|двумя частями|в рассрочку|двома частинами|σε δοσεις|δυο δοσεις|iki taksit|taksitle|u dve rate|у две рате|"
    r"en dos (?:partes|pagos|plazos)|половин\w{0,2} (?:при|преди|сега|до|на|после)|half (?:now|before|at|in|on|up)|halfte"
)
#: "Нощувки: единична стая 55 лв.": what is let by the night, named ahead of the list of prices.
NIGHTS = re.compile(
    r"(?<!\w)(?:нощувк|overnight stays|price per night|prices per night|nightly rates|ubernachtung|διανυκτερευσ|"
    r"cazare pe noapte|nopti de cazare|посуточн|подобов|gecelik|noćenj|nocenj|ноћењ|noches|noshtuvk|no6tuvk)"
)
