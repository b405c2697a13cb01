"""JSON over HTTP: one module per resource; a route translates and does nothing else."""
