"""Links to what others have on the same things: one SSSOM table, its checks, and proposals for it.

sssom    the table, read and written
targets  the schemes linked to: how their identifiers look
checks   what makes a table unfit to publish
source   the reviewed rows as a source of the graph
"""

from __future__ import annotations
