"""The room's version by itself, so that a page can ask what waits for reading without loading what reads."""

#: Version of everything in this room: raise it when the same text may be read differently, so that adverts are read again.
VERSION = "3"
