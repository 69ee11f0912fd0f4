"""Measure what the topic ``run`` promises: one file for each group of rows."""
