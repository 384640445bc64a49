"""The templates: which there are, and what each looks for."""
