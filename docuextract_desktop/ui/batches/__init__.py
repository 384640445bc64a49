"""All batches, newest first."""
