"""Plan work: forecast a grid, say when, where, on what and at what power to run, and carry the plan out.

Each part is a room of its own (``vatio.plan.job``, ``vatio.plan.hardware``, ...), so that one job needs none of the others.
"""
