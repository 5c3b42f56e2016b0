"""homeport: everything between an empty cloud project and running applications, as Pulumi components.

What is listed in `__all__` is public; everything else may change without notice. Names load on first use, so that
importing homeport does not import a provider's SDK.
"""

from __future__ import annotations

__version__ = "0.1.0"
