"""Storage classes."""
