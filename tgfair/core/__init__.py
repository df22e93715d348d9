"""Plain Python rules: no Flask, database, clock, randomness or I/O."""
