"""The public draw of lots: list and public number give seed, order and result."""
