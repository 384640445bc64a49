"""A new batch: what to look for, in which files, how sure to be."""
