import json
import tempfile
import unittest
from pathlib import Path

import text
from manifests import Exclusion, normalise, read_texts, write_manifest


class WordsTests(unittest.TestCase):
    def test_parts_prose_with_numbers(self):
        cases = {
            "In 1911, Mr. Smith paid $5 for 2,500 well-known books.":
                "IN NINETEEN ELEVEN , MISTER SMITH PAID FIVE DOLLARS FOR TWO THOUSAND FIVE HUNDRED WELL KNOWN BOOKS ,",
            "\u201cDon\u2019t,\u201d he said -- \u2018go\u2019 on the 3rd!": "DON'T , HE SAID , GO ON THE THIRD ,",
        }
        for raw, words in cases.items():
            self.assertEqual([words.split()], [p for s in text.split(raw) for p in text.parts(s)])

    def test_parts_what_cannot_be_said_is_left_out(self):
        for raw in ["See http://example.org/now.", "The NASA report came.", "mail me@home.org now",
                    "It cost 3.50 today.", "Call 0800 now please.", "psst hmm sh", "One"]:
            self.assertEqual([], text.parts(raw))

    def test_parts_long_sentences_are_cut_at_pauses(self):
        raw = "one two three four five six seven eight nine ten eleven twelve, " * 3

        got = text.parts(raw)

        self.assertEqual([12, 12, 12], [text.count(p) for p in got])

    def test_parts_long_clause_is_cut_evenly(self):
        got = text.parts(" ".join(["word"] * 30))

        self.assertEqual([15, 15], [text.count(p) for p in got])

    def test_split_abbreviations_end_no_sentence(self):
        self.assertEqual(["Dr. Who met J. Smith.", "They left."],
                         text.split("Dr. Who met J.\nSmith.  They left."))


class ExclusionTests(unittest.TestCase):
    def test_contains_sentence_in_any_spelling(self):
        exclusion = Exclusion(["HE DIDN'T GO"])

        self.assertIn("He didn\u2019t go!", exclusion)
        self.assertNotIn("HE DIDN'T GO HOME", exclusion)

    def test_contains_shared_six_words(self):
        exclusion = Exclusion(["A B C D E F G"])

        self.assertIn("X B C D E F G Y", exclusion)
        self.assertNotIn("X B C D E F Y", exclusion)

    def test_of_manifests_bad_line_is_named(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "m.jsonl")
            path.write_text('{"text": "A"}\nnot json\n')

            with self.assertRaisesRegex(ValueError, "m.jsonl:2"):
                Exclusion.of_manifests([path])

    def test_sentences_of_a_file_without_the_excluded(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "book.txt")
            path.write_text("The cat sat. The dog ran away.\n\nThe cat sat. A bird flew.")

            got = [s.text for s in text.sentences(str(path), Exclusion(["THE DOG RAN AWAY"]))]

            self.assertEqual(["THE CAT SAT", "A BIRD FLEW"], got)


class ManifestTests(unittest.TestCase):
    def test_write_manifest_reads_back(self):
        rows = [{"audio_filepath": "a.wav", "duration": 1.5, "text": "YES", "speaker": "flite-rms"}]
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "m.jsonl")
            write_manifest(path, rows)

            self.assertEqual(rows, [json.loads(line) for line in path.read_text().splitlines()])
            self.assertEqual(["YES"], read_texts(path))
            self.assertEqual([path], list(Path(folder).iterdir()))

    def test_normalise_keeps_apostrophes(self):
        self.assertEqual("IT'S A TEST", normalise("It\u2019s  a -- test!"))


if __name__ == "__main__":
    unittest.main()
