"""Settings, each kept as soon as it is changed."""
