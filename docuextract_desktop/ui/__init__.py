"""The window: a folder per screen, each with its view and its model."""
