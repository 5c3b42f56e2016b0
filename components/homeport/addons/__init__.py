"""Add-ons: charts and what belongs to them, in an order that respects who needs whom.

`addon.py` is the contract, one module beside it for each add-on, `graph.py` checks and orders them before anything
exists, `install.py` declares the result.
"""
