"""General English to speak: texts that Debian packages carry, one's own files, and the way from a page
to sentences in A-Z, apostrophe and space."""

import gzip
import re
import subprocess
from pathlib import Path

from manifests import read_texts
from sentence import sentence
from spoken import cardinal, ordinal, year

SHORTEST, LONGEST = 2, 20  # words
LONGEST_WORD = 15
ABBREVIATIONS = {"MR.": "MISTER", "MRS.": "MISSUS", "DR.": "DOCTOR", "ST.": "SAINT", "PROF.": "PROFESSOR",
                 "E.G.": "FOR EXAMPLE", "I.E.": "THAT IS", "ETC.": "ET CETERA", "VS.": "VERSUS"}
SYMBOLS = {"&": "AND", "%": "PERCENT"}
QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": ", ",
                        "\u2014": ", ", "\u2026": "..."})
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')]*\s+(?=[\"'(]*[A-Z])")
ENDS_IN_ABBREVIATION = re.compile(r"\b(Mr|Mrs|Dr|St|Prof|Jr|Sr|vs|[A-Z])\.$")
NOT_PROSE = re.compile(r"[@#<>{}\[\]|\\/=_~^*+`]|[^\x20-\x7e]|\b[A-Z]{2,}\b|\.\w|--\w*:|\w:\w")
PART_OF_SPEECH = re.compile(r"\b(n|v|vt|vi|adj|adv|pl|pp|abbrev|interj)\.,?")
NUMBER = re.compile(r"(\$?)(\d{1,3}(?:,\d{3})+|\d+)(st|nd|rd|th|s|%)?$")


# Sources -------------------------------------------------------------------------------------------

def bible():
    """King James Version, verse by verse (package bible-kjv); in the public domain outside the UK."""
    lines = subprocess.run(["bible", "-f", "gen1:1-rev22:21"], check=True, capture_output=True,
                           text=True).stdout.splitlines()
    return [line.split(" ", 1)[1] for line in lines if " " in line]


def fortunes():
    """Debian's fortunes without their attributions: sayings of many authors, see the README."""
    found = sorted(Path("/usr/share/games/fortunes").glob("*"))
    texts = []
    for path in found:
        if path.suffix or path.name in ("ascii-art", "translate-me"):
            continue
        for saying in path.read_text(encoding="utf-8", errors="ignore").split("\n%\n"):
            texts.append(re.sub(r"\s+--.*", "", saying, flags=re.DOTALL))
    if not texts:
        raise FileNotFoundError("/usr/share/games/fortunes")
    return texts


def dictd(name):
    """A dictionary's paragraphs, for instance of Bierce's Devil's Dictionary; in the public domain."""
    with gzip.open(f"/usr/share/dictd/{name}.dict.dz", "rt", encoding="utf-8", errors="ignore") as f:
        return [PART_OF_SPEECH.sub(" ", entry) for entry in f.read().split("\n\n")]


PACKAGED = {
    "bible": (bible, "bible-kjv"),
    "fortunes": (fortunes, "fortunes fortunes-min"),
    "devil": (lambda: dictd("devil"), "dict-devil"),
    "jargon": (lambda: dictd("jargon"), "dict-jargon"),
}


def read_source(name):
    """Texts of a packaged source, of a manifest (`.jsonl`), or of a text file by paragraphs."""
    if name in PACKAGED:
        read, packages = PACKAGED[name]
        try:
            return read()
        except FileNotFoundError as error:
            raise SystemExit(f"apt-get install {packages}   ({error})") from error
    if name.endswith(".jsonl"):
        return [text.capitalize() + "." for text in read_texts(name)]
    return re.split(r"\n\s*\n", Path(name).read_text(encoding="utf-8"))


def sentences(name, exclusion):
    """Distinct sentences of one source that can be spoken and are not excluded."""
    found = {}
    for text in read_source(name):
        for raw in split(text):
            for part in parts(raw):
                said = sentence(part, "general")
                if said.text not in found and said.text not in exclusion:
                    found[said.text] = said
    return list(found.values())


# From text to sentences ----------------------------------------------------------------------------

def split(text):
    """Sentences of a text; the stop of an abbreviation or initial ends none."""
    flat = re.sub(r"\s+", " ", text.translate(QUOTES)).strip()
    out = []
    for piece in SENTENCE_END.split(flat):
        if out and ENDS_IN_ABBREVIATION.search(out[-1]):
            out[-1] += " " + piece
        else:
            out.append(piece)
    return out


def parts(raw):
    """Word lists (upper case, `,` for pauses) of one sentence, cut at pauses where it is too long;
    none where it does not look like prose or holds what cannot be said."""
    words = words_of(raw)
    if words is None:
        return []
    clauses, current = [], []
    for word in words:
        current.append(word)
        if word == ",":
            clauses.append(current)
            current = []
    clauses.append(current)
    clauses = [cut for clause in clauses for cut in even_cuts(clause)]
    out, current = [], []
    for clause in clauses:
        if current and count(current) + count(clause) > LONGEST:
            out.append(current)
            current = []
        current = current + clause
    out.append(current)
    return [part for part in out if SHORTEST <= count(part) <= LONGEST]


def even_cuts(clause):
    """A clause longer than a sentence may be, in pieces of equal length."""
    number = max(1, -(-len(clause) // LONGEST))
    size = -(-len(clause) // number) or 1
    return [clause[i:i + size] for i in range(0, len(clause), size)]


def count(words):
    return sum(word != "," for word in words)


def words_of(raw):
    """The sentence's words as they are said, or None."""
    if NOT_PROSE.search(raw):
        return None
    words = []
    for token in re.sub(r"\s--\s|--", " , ", raw).replace("(", " , ").split():
        token = token.strip('"()')
        expanded = ABBREVIATIONS.get(token.upper().rstrip(",;:"))
        if expanded:
            words += expanded.split()
            continue
        pause = token[-1:] in ",;:.!?)" or token == ","
        bare = token.strip("\"'(),;:.!?")
        if bare:
            said = say(bare)
            if said is None:
                return None
            words += said
        if pause and words and words[-1] != ",":
            words.append(",")
    return words if words and words[0] != "," else words[1:]


def say(token):
    """A token's words: numbers, hyphens, symbols; None where it cannot be said."""
    if token in SYMBOLS:
        return [SYMBOLS[token]]
    out = []
    for piece in filter(None, token.split("-")):
        if any(c.isdigit() for c in piece):
            number = number_words(piece)
            if number is None:
                return None
            out += number.split()
            continue
        word = piece.upper().strip("'")
        if not re.fullmatch(r"[A-Z]+('[A-Z]+)*", word) or len(word) > LONGEST_WORD:
            return None
        if len(word) > 1 and not re.search("[AEIOUY]", word):
            return None
        out.append(f"={word}" if len(word) == 1 and word not in "AIO" else word)
    return out


def number_words(token):
    """2,500 and $5 and 3rd and 1911 as words; None for anything else with digits."""
    match = NUMBER.fullmatch(token)
    if not match:
        return None
    dollar, digits, suffix = match.groups()
    n = int(digits.replace(",", ""))
    if n >= 10**12 or (len(digits) > 1 and digits[0] == "0"):
        return None
    if suffix in ("st", "nd", "rd", "th"):
        return ordinal(n) if n else None
    if suffix == "s":
        return None
    if suffix == "%":
        return cardinal(n) + " PERCENT"
    if dollar:
        return cardinal(n) + (" DOLLAR" if n == 1 else " DOLLARS")
    return year(n) if len(digits) == 4 and 1100 <= n < 2100 else cardinal(n)
