"""All SQL: the one database file, its schema, and a module per group of tables."""
