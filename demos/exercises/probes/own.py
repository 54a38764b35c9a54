"""Questions to a teacher's own exercises."""
