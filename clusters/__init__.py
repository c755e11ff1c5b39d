"""Linking: which adverts hang together, and why. Records in, records out; candidates come from whoever keeps the keys."""
