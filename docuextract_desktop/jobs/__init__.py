"""The queue: states, claims, workers in child processes, and the lanes that feed them."""
