"""Evidence: files that close with a manifest line, and web archives that can be read back."""
