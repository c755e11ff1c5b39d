"""Captured text to a normal form that patterns can read, with an exact way back (see :func:`normalise`)."""

from nlp.normalise.fold import Mask, fold
from nlp.normalise.pieces import Pieces, Remembered
from nlp.normalise.plain import plain
from nlp.normalise.text import normalise

__all__ = ["Mask", "Pieces", "Remembered", "fold", "normalise", "plain"]
