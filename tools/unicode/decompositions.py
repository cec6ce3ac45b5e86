#!/usr/bin/env python3
"""Prints the canonical decompositions of Unicode, which .NET does not have without ICU: src/Text/Tokenization/decompositions.txt.

Each line is a character and what it is decomposed into, all the way, as hexadecimal code points. Hangul is left out, since it follows a formula.

    python3 tools/unicode/decompositions.py > src/Text/Tokenization/decompositions.txt
"""

import unicodedata

print(f"# Canonical decompositions (NFD) of Unicode {unicodedata.unidata_version}, made by tools/unicode/decompositions.py.")
for point in range(0x80, 0x110000):
    if 0xAC00 <= point <= 0xD7A3 or 0xD800 <= point <= 0xDFFF:
        continue
    character = chr(point)
    decomposed = unicodedata.normalize("NFD", character)
    if decomposed != character:
        print(f"{point:X}", *(f"{ord(part):X}" for part in decomposed))
