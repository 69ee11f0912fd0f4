"""Measure what the topic ``prove`` promises: one file for each group of rows."""
