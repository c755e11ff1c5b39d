"""Source definitions: one YAML file a platform, read whole, with every mistake named by file and line."""

from crawlers.definitions.errors import BadDefinitionError
from crawlers.definitions.loading import PACKAGED, definition_files, load_source, load_sources, moved

__all__ = ["PACKAGED", "BadDefinitionError", "definition_files", "load_source", "load_sources", "moved"]
