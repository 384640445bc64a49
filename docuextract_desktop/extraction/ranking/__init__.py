"""From candidates to values: shipped knowledge, what was taught, joint decisions, confidence."""
