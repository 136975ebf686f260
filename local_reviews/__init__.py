"""Local reviews: what cities publish themselves on their way to the goals."""
