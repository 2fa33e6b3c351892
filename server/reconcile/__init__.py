"""Reconciliation service at ``/reconcile``: tables of others are matched to our programmes, bodies and areas.

The Entity Reconciliation API 0.2 (W3C Community Group, 2023-04-10), as OpenRefine speaks it.

    types     the kinds of things that can be asked for, and the properties that narrow or extend
    index     names of the things of a snapshot; which areas it names
    entities  one thing for an answer: identifier, name, kind, description
    matching  queries → candidates
    asking    what a request asks, checked
    extending values of properties for many things
    routes    the addresses
"""

from __future__ import annotations
