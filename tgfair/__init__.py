"""Exhibitor and booth registration for fairs."""
