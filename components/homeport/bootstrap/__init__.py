"""The place of the state: a bucket and a key, made by a small stack that ends up in that bucket itself."""
