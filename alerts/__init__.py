"""What people want to be told of: saved searches, followed cases, and what concerns their members."""
