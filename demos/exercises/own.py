"""Exercises from a teacher's own function."""
