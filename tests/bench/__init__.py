"""Measures how fast the library is, on synthetic cases in a database and index of their own."""
