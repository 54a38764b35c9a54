"""Questions to an engine that a student builds, step by step."""
