"""Where the labels of a template stand, and which spans of a document could be values."""
