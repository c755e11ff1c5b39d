"""Comparisons: pure functions of two adverts, one file each. To add one, see docs/add-a-comparison.md."""

from clusters.compare import contact, copy, image, meaning, name_age_city, text, time_place
from clusters.compare.base import Compared, Comparison, Known

#: Name -> function; each name has its weight in clusters/weights.py.
COMPARISONS: dict[str, Comparison] = {
    "contact": contact.compare,
    "text": text.compare,
    "copy": copy.compare,
    "meaning": meaning.compare,
    "image": image.compare,
    "name_age_city": name_age_city.compare,
    "time_place": time_place.compare,
}

__all__ = ["COMPARISONS", "Compared", "Comparison", "Known"]
