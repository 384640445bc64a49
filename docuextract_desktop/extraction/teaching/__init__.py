"""What a person said about documents, and learning from it."""
