"""Prose in, cited facts out: reports on aid programmes, read by rules and lexicons."""
