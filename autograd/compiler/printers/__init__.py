"""From an array program to text: names, lines, and four languages that say the same."""
