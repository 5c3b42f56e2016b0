"""What workloads may do, and how each cloud grants it."""
