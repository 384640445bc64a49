"""All SQL lives here: the database, its migrations, and one file per group of tables."""
