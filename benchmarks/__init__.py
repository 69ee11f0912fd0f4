"""Measure vatio beside its peers: ``make bench TOPIC=run`` (CONTRACT.md section 7)."""
