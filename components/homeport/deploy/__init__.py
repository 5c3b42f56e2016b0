"""Runs of the engine as people want them: what is in the way before, the reason and the remedy after."""
