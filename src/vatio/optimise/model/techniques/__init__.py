"""What makes a model cheaper: one technique a file, each found by its name (``plugins`` kind ``techniques``)."""
