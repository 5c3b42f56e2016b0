"""What a program would make, without engine, credentials or network."""
