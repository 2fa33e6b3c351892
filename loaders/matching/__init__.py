"""Finding what a name stands for, in a fixed order of evidence; where several fit, all are returned and none is chosen.

keys    names as they are compared: simplified characters, pinyin without tones
areas   administrative areas, by code, name, other characters, pinyin, and with slips
things  whatever has names: programmes, bodies, concepts
"""

from __future__ import annotations
