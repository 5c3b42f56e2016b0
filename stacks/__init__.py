"""How this organisation composes homeport's components: thin, and the place that people edit."""
