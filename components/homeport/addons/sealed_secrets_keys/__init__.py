"""Keeps the sealing keys of sealed-secrets in the cloud's secret store: the program of two small pods.

`restore` puts keys that the store holds, and the cluster does not, into the cluster. `backup` puts keys that the
cluster holds, and the store does not, into the store. Neither ever deletes a key, so both may run as often as they
like, in any order.

It runs in the cluster, from a ConfigMap, on a bare Python: it imports nothing but the standard library and itself, by
relative names, and never prints anything of a key but its name.
"""
