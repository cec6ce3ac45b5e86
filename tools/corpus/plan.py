"""What is said by whom: every utterance follows from the seed, the set's name and its index."""

import random

import grammar
from voices import draw_delivery
from synthesis import Utterance

TRIES = 200


class GrammarSource:
    """Sentences of the closed vocabulary, those of the held-out sets and exclusions left out."""

    def __init__(self, exclusion, reserved=frozenset(), weights=None):
        self._exclusion = exclusion
        self._reserved = reserved
        self._weights = weights

    def sentence(self, rng, index):
        for _ in range(TRIES):
            said = grammar.sample(rng, self._weights)
            if said.text not in self._reserved and said.text not in self._exclusion:
                return said
        raise ValueError("the exclusions leave the grammar nothing to say")


class ListSource:
    """Lists of sentences by share, each in the seed's order, over and over, each time by other voices."""

    def __init__(self, groups, seed):
        self._shares = [share for share, _ in groups]
        self._lists = []
        for number, (_, sentences) in enumerate(groups):
            if not sentences:
                raise ValueError("no sentence of a source is left after filters and exclusions")
            ordered = sorted(sentences, key=lambda s: s.text)
            random.Random(f"{seed}:order:{number}").shuffle(ordered)
            self._lists.append(ordered)

    def sentence(self, rng, index):
        chosen = rng.choices(self._lists, self._shares)[0]
        return chosen[index % len(chosen)]


def held_out(sentences, accept, count, taken):
    """The first `count` distinct sentences that `accept` and that are not in `taken`, which grows."""
    out = []
    for said in sentences:
        if len(out) == count:
            break
        if said.text not in taken and accept(said):
            out.append(said)
            taken.add(said.text)
    return out


class Plan:
    """Utterance `index` of the set `name`."""

    def __init__(self, name, seed, source, pool, narrow_share, warp=True):
        self._name, self._seed, self._source, self._pool = name, seed, source, pool
        self._narrow_share, self._warp = narrow_share, warp

    def utterance(self, index):
        rng = random.Random(f"{self._seed}:{self._name}:{index}")
        said = self._source.sentence(rng, index)
        voice = self._pool.draw(rng)
        delivery = draw_delivery(rng, voice.engine != "espeak", self._narrow_share, self._warp)
        return Utterance(index, said, voice, delivery)


class FixedVoice:
    """A pool of one."""

    def __init__(self, voice):
        self._voice = voice

    def draw(self, rng):
        return self._voice
