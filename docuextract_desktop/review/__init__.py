"""What a person decides about values, and what follows from it. No Qt."""
