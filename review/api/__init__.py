"""The JSON API: the same work as on the pages, for programs, with a token of its own. See docs/api.md."""
