"""``duikou link``: candidates for what has no link, from the tables here or from a service that the operator names.

subjects        what in a data directory has no link
client          requests to others: slowly, with patience, and never more than was asked for
reconciliation  candidates from a Reconciliation API
endpoint        candidates from a SPARQL endpoint, such as Wikidata's
ledger          the file of rows: what is known, what is new, kept after every batch
"""

from __future__ import annotations
