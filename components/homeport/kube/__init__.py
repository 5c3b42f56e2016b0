"""Kubernetes objects as plain data, and the one place that declares them."""
