"""What the reader of captured pages knows of pages that a parser should not see, for pages that people upload."""

from __future__ import annotations

from strazha.errors import BadInputError

#: Bytes of what looks like one tag: the parsers' time grows with the square of its attributes, however they are written.
_ONE_TAG = 60_000


def check_page(body: bytes) -> None:
    """Raise BadInputError where parsing a page could take long: nested too deeply, too many attributes in a tag."""
    from crawlers.extract.bounds import check_markup
    from crawlers.extract.errors import PageError

    try:
        check_markup(body)
    except PageError as error:
        raise BadInputError(str(error)) from error
    if any(len(piece) - piece.rfind(b"<") > _ONE_TAG and b"<" in piece for piece in body.split(b">")):
        raise BadInputError("one tag is longer than any page writes")
