"""Words of Chinese sentences with their kinds: what tells a place or a body where no list has it.

The weights are those of LAC 2.1.2 (Apache-2.0), a two-layer bidirectional GRU with a conditional random field,
made into `lac.npz` when Duikou is built (packaging/steps/tagger.py); NumPy runs them.
"""
