"""Results out as CSV, JSON, XLSX and a proof page, written whole or not at all."""
