"""Measures how well questions find what answers them, on labelled passages that are read from outside."""
