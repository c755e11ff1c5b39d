"""Loopback servers that tests crawl."""
