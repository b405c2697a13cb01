"""What must hold when things break: numbered F-01…F-35 in the design."""
