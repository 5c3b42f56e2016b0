"""Clusters and node pools, one contract for every cloud."""
