"""Words cut into tokens, and what a word says by itself; knows nothing of templates."""
