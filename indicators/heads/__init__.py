"""Heads: small classifiers on sentence vectors that see an indicator in words no pattern knows, and lean towards a type.

``model`` holds them, ``finder`` uses them in screening, ``train`` makes them.
"""
