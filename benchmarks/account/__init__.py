"""Measure what the topic ``account`` promises: one file for each group of rows."""
