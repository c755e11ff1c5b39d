"""Investigators' pages: searching, saved searches and watches, the map."""
