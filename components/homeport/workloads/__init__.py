"""Applications: declared once, hardened by default, each default overridable where everybody sees it."""
