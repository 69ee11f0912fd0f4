"""Check a ledger."""
