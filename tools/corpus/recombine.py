"""Real digit strings taken apart and put together anew, for strings joined from single recordings."""

import array
import hashlib
import json
import random
import subprocess
from pathlib import Path

from sentence import sentence
from signal_edit import loud_runs, scaled, with_peak
from spoken import DIGITS
from voices import Voice

RATE = 16000
MARGIN_S = 0.05  # kept around a word: weak fricatives lie under the silence threshold
SHORTEST_S, LONGEST_S = 0.12, 1.1  # of one spoken digit
CLEARER = 1.25  # the gaps between words have to be this much longer than those within


def cut(samples, count, rate=RATE):
    """The `count` words of a string, or None where it cannot be told which gaps separate them.

    Loud stretches are merged over the shortest gaps (closures of SIX and EIGHT) until `count` are
    left; what is merged must be clearly shorter than what separates.
    """
    for threshold in (0.02, 0.04, 0.01):
        runs = [r for r in loud_runs(samples, rate, threshold, 0.03) if r[1] - r[0] > 0.015 * rate]
        if len(runs) < count:
            continue
        gaps = sorted((runs[i + 1][0] - runs[i][1], i) for i in range(len(runs) - 1))
        merged, kept = gaps[:len(runs) - count], gaps[len(runs) - count:]
        if merged and kept and kept[0][0] < CLEARER * merged[-1][0]:
            continue
        breaks = sorted(i for _, i in kept)
        words = list(zip([runs[0][0], *(runs[i + 1][0] for i in breaks)],
                         [*(runs[i][1] for i in breaks), runs[-1][1]]))
        if all(SHORTEST_S * rate <= b - a <= LONGEST_S * rate for a, b in words):
            return [with_margin(samples, words, n, rate) for n in range(count)]
    return None


def with_margin(samples, words, n, rate):
    """Word n with at most MARGIN_S, and at most half of the gap to its neighbour, on each side."""
    start, end = words[n]
    before = start if n == 0 else (start - words[n - 1][1]) // 2
    after = len(samples) - end if n == len(words) - 1 else (words[n + 1][0] - end) // 2
    margin = int(MARGIN_S * rate)
    return samples[start - min(margin, before):end + min(margin, after)]


class Bank:
    """Single digits by speaker and word, cut out of the strings of manifests."""

    def __init__(self, manifests):
        self.clips, self.used, self.unclear = {}, 0, 0
        digest = hashlib.sha256()
        for manifest in manifests:
            for line in Path(manifest).read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                digest.update(line.encode())
                words = row["text"].split()
                clips = None
                if set(words) <= set(DIGITS):
                    clips = cut(decode(Path(manifest).parent / row["audio_filepath"]), len(words))
                if clips is None:
                    self.unclear += 1
                    continue
                self.used += 1
                for word, clip in zip(words, clips):
                    speaker = self.clips.setdefault(row["speaker"], {})
                    speaker.setdefault(word, []).append(clip)
        self.digest = digest.hexdigest()[:12]

    def draw(self, rng):
        """A speaker as a voice, like VoicePool.draw."""
        speaker = rng.choice(sorted(self.clips))
        return Voice(f"real-{speaker}", "recordings", self.digest, speaker)

    def join(self, utterance):
        """The utterance from clips of its speaker, with the gaps and levels of its delivery."""
        delivery = utterance.delivery
        rng = random.Random(delivery.noise_seed)
        words = utterance.sentence.text.split()
        out = silence(delivery.edges_s[0])
        for n, word in enumerate(words):
            clip = with_peak(rng.choice(self.clips[utterance.voice.person][word]))
            out += scaled(clip, 10 ** (-rng.uniform(0, delivery.levels_db) / 20))
            out += silence(delivery.edges_s[1] if n == len(words) - 1 else rng.uniform(*delivery.gap_s))
        return out, RATE


class DigitSource:
    """Digit strings that every speaker of the bank can say, the excluded ones left out."""

    def __init__(self, bank, exclusion):
        self._exclusion = exclusion
        self._digits = [d for d in DIGITS if all(d in words for words in bank.clips.values())]
        if not self._digits:
            raise ValueError("no digit was cut from the recordings of every speaker")

    def sentence(self, rng, index):
        while True:
            count = rng.choices(range(1, 13), [2, 3, 10, 16, 15, 15, 14, 9, 6, 5, 3, 2])[0]
            said = sentence(" | ".join(rng.choices(self._digits, k=count)).split(), "digits")
            if said.text not in self._exclusion:
                return said


def silence(seconds):
    return array.array("h", bytes(2 * int(seconds * RATE)))


def decode(path):
    done = subprocess.run(["sox", str(path), "-t", "s16", "-c", "1", "-r", str(RATE), "-"], capture_output=True)
    if done.returncode:
        raise ValueError(f"{path}: {done.stderr.decode()[-200:].strip()}")
    return array.array("h", done.stdout)
