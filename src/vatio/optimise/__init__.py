"""Find cheaper data, models, settings and code at equal quality, each candidate measured.

Each part is a room of its own (``vatio.optimise.data``, ``vatio.optimise.study``, ...), so that one needs none of the others.
"""
