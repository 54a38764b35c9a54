"""The array program: rows of the table on Arrays, structural operations, and their derivatives."""
