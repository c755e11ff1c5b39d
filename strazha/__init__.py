"""Strazha: the ground floor, spoken by every room.

Records, settings, errors, evidence, index backends and the ledger. Nothing here imports Scrapy, spaCy, Prefect or FastAPI.
"""

__version__ = "0.1.0"
