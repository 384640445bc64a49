"""Documents that want a person's eye, of all batches."""
