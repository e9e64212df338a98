"""How a network comes in and goes out."""
