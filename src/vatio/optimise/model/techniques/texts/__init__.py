"""What makes a classifier of texts cheaper: its encoder in another library or in fewer bits, smaller, or not needed at all."""
