"""What `make bench` measures and what `make drift` compares."""
