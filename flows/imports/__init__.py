"""Adverts that other tools collected: JSON lines, CSV and WARC, taken in by a mapping, bad rows set aside with the reason."""
