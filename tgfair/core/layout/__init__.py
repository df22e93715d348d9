"""Floor plans in format tgfair-plan/1: read, made, checked, and what suits whom."""
