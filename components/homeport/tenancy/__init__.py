"""Tenants: who shares a cluster, and what keeps them apart."""
