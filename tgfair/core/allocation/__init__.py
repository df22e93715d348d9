"""Booth assignment by published rules: solve, check, explain (docs/allocation.md)."""
