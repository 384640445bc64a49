"""One module per kind of document: what it says. Each has `compose(voice, rng) -> Sheet`."""
