"""Leads: trends and hotspots, work and its times, precision of bands; exports as CSV and as printable reports."""
