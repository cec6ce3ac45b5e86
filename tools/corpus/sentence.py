"""What is said in one utterance: the transcript and the text handed to a synthesiser."""

import re
from dataclasses import dataclass

TRANSCRIPT = re.compile(r"[A-Z']+( [A-Z']+)*")
PAUSES = {",", "|"}


@dataclass(frozen=True)
class Sentence:
    """`text` is the transcript (A-Z, apostrophe, single spaces). `spoken` holds the same words in
    lower case, with `,` as a token where the speaker pauses, `|` where what follows is a recording
    of its own (synthesised apart and joined), and single upper-case letters where a letter's name
    is said. `kind` names the part of the grammar it came from."""

    text: str
    spoken: str
    kind: str

    def __post_init__(self):
        if not TRANSCRIPT.fullmatch(self.text):
            raise ValueError(f"a transcript has words of A-Z and apostrophe, got {self.text!r}")


def sentence(parts, kind):
    """Build a sentence from words (upper case), pauses, and letters written as `=A`."""
    tokens = " ".join(parts).split()
    while tokens and tokens[-1] in PAUSES:
        tokens.pop()
    text = " ".join(t.lstrip("=") for t in tokens if t not in PAUSES)
    spoken = " ".join(t[1:] if t.startswith("=") else t.lower() for t in tokens)
    return Sentence(text, spoken, kind)
