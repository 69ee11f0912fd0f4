"""A conformance rig: fake sensors with known joules, which vatio and the unmodified peers read side by side."""
