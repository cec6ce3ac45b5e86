"""Manifests (JSON lines) and the sentences that must not be spoken."""

import json
import os
import re

NOT_SPOKEN = re.compile(r"[^A-Z' ]+")
GRAM = 6


def write_manifest(path, rows):
    """Replace the manifest at once: a reader sees the old one or the new one, whole."""
    part = f"{path}.part"
    with open(part, "w", encoding="utf-8") as f:
        for row in rows:
            f.write(json.dumps(row) + "\n")
        f.flush()
        os.fsync(f.fileno())
    os.replace(part, path)


def read_texts(path):
    """The `text` of every line; names the line that is not a JSON object with one."""
    texts = []
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if not line.strip():
                continue
            try:
                texts.append(json.loads(line)["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise ValueError(f"{path}:{number}: a JSON object with \"text\" expected ({error})") from error
    return texts


def normalise(text):
    """Upper case, A-Z and apostrophe, single spaces."""
    return " ".join(NOT_SPOKEN.sub(" ", text.upper().replace("\u2019", "'")).split())


class Exclusion:
    """Sentences of given manifests: excludes them and whatever shares six words in a row with one."""

    def __init__(self, texts=()):
        self._sentences = set()
        self._grams = set()
        for text in texts:
            self.add(text)

    @classmethod
    def of_manifests(cls, paths):
        return cls(text for path in paths for text in read_texts(path))

    def add(self, text):
        text = normalise(text)
        self._sentences.add(text)
        self._grams.update(self._grams_of(text))

    def __contains__(self, text):
        text = normalise(text)
        return text in self._sentences or any(g in self._grams for g in self._grams_of(text))

    def __len__(self):
        return len(self._sentences)

    @staticmethod
    def _grams_of(text):
        words = text.split()
        return [tuple(words[i:i + GRAM]) for i in range(len(words) - GRAM + 1)]
