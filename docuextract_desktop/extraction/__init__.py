"""Words and a template in, values with evidence out. Pure: no Qt, no database, no files but shipped weights."""
