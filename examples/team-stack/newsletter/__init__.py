"""The newsletter: a form, what sends, and the list of who gets it."""
