"""Collections: policies that somebody put together, such as the reading list of a seminar."""
