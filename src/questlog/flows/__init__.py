"""What spans domains: one file per verb."""
