"""One document: its page with the place of each value, beside the list of the values."""
