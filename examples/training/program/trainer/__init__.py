"""A training program that may be killed at any moment: see README.md."""
