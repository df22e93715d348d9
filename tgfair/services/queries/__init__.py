"""Reads that only fill a page. Nothing here writes."""
