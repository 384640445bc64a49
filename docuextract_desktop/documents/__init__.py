"""Bytes in, words out: what a document is, and how its words are found."""
