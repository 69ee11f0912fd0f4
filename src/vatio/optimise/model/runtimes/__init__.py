"""What runs a model: one runtime a file, each found by its name (``plugins`` kind ``runtimes``)."""
