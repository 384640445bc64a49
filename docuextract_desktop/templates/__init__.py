"""What to look for: templates, their value types, and the library of shipped and own ones."""
