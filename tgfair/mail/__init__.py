"""Mail: the catalogue of kinds, queueing, rendering and transport."""
