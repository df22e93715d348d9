"""Figures beside their bare floors, measured in the same run; not part of the test run."""
