"""Checks of Helm charts before they reach a cluster: are they there, do they know our values, do they render.

`releases.py` takes the releases from a plan, `archive.py` reads a chart, `value_paths.py` and `manifests.py` judge, all
pure; `helm.py` and `fetch.py` are the edge: the `helm` program and the network. `verify.py` puts them together.
"""
