"""Stack files: reading, merging, checking; generic over the model."""
