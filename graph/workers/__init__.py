"""Queries in processes of their own: read-only, bounded, killable, without a network."""
