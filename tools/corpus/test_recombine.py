import json
import random
import shutil
import tempfile
import unittest
from pathlib import Path

from manifests import Exclusion
from recombine import RATE, Bank, DigitSource, cut
from sentence import Sentence
from signal_edit import write_wav
from synthesis import Utterance
from test_corpus import quiet, tone
from voices import draw_delivery


class CutTests(unittest.TestCase):
    def test_cut_words_and_margins(self):
        clips = cut(quiet(0.1) + tone(0.3) + quiet(0.2) + tone(0.4) + quiet(0.01), 2)

        self.assertEqual([0.4, 0.46], [round(len(c) / RATE, 2) for c in clips])

    def test_cut_merges_over_a_closure(self):
        six = tone(0.2) + quiet(0.07) + tone(0.15)

        clips = cut(quiet(0.1) + six + quiet(0.15) + six + quiet(0.1), 2)

        self.assertEqual([0.52, 0.52], [round(len(c) / RATE, 2) for c in clips])

    def test_cut_unclear_gaps_give_nothing(self):
        samples = quiet(0.1) + tone(0.2) + quiet(0.1) + tone(0.2) + quiet(0.11) + tone(0.2) + quiet(0.1)

        self.assertIsNone(cut(samples, 2))

    def test_cut_too_few_words_give_nothing(self):
        self.assertIsNone(cut(quiet(0.1) + tone(0.3) + quiet(0.1), 2))


@unittest.skipUnless(shutil.which("sox"), "needs sox")
class BankTests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.manifest = Path(self.folder.name, "m.jsonl")
        write_wav(Path(self.folder.name, "a.wav"), quiet(0.1) + tone(0.3) + quiet(0.2) + tone(0.6) + quiet(0.1), RATE)
        rows = [("ONE NINE", "amy"), ("ONE NINE ONE", "amy"), ("YES NO", "amy")]
        self.manifest.write_text("".join(
            json.dumps({"audio_filepath": "a.wav", "duration": 1.3, "text": t, "speaker": s}) + "\n" for t, s in rows))

    def test_bank_counts_what_it_cut(self):
        bank = Bank([self.manifest])

        self.assertEqual((1, 2), (bank.used, bank.unclear))
        self.assertEqual({"ONE": [0.4], "NINE": [0.7]},
                         {w: [round(len(c) / RATE, 2) for c in clips] for w, clips in bank.clips["amy"].items()})

    def test_join_has_the_words_gaps_and_edges(self):
        bank = Bank([self.manifest])
        delivery = draw_delivery(random.Random(1), True)
        said = Sentence("NINE ONE", "nine | one", "digits")

        samples, rate = bank.join(Utterance(0, said, bank.draw(random.Random(1)), delivery))

        least = 1.1 + sum(delivery.edges_s) + delivery.gap_s[0]
        self.assertTrue(least - 0.01 <= len(samples) / rate <= least + delivery.gap_s[1] - delivery.gap_s[0] + 0.01)

    def test_source_says_only_what_is_there_and_not_excluded(self):
        source = DigitSource(Bank([self.manifest]), Exclusion(["ONE ONE ONE"]))
        texts = {source.sentence(random.Random(i), i).text for i in range(500)}

        self.assertEqual({"ONE", "NINE"}, {w for t in texts for w in t.split()})
        self.assertNotIn("ONE ONE ONE", texts)


if __name__ == "__main__":
    unittest.main()
