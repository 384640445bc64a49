"""One batch: its progress, its documents in a table that filters and sorts, its exports."""
