import random
import unittest

import grammar
import spoken
from sentence import Sentence, sentence
from synthesis import pieces, Utterance
from voices import draw_delivery, find


class SpokenTests(unittest.TestCase):
    def test_cardinal_hand_written_cases(self):
        cases = {0: "ZERO", 13: "THIRTEEN", 40: "FORTY", 99: "NINETY NINE", 100: "ONE HUNDRED",
                 1005: "ONE THOUSAND FIVE", 2_300_017: "TWO MILLION THREE HUNDRED THOUSAND SEVENTEEN"}
        for n, words in cases.items():
            self.assertEqual(words, spoken.cardinal(n))

    def test_cardinal_british_puts_and_before_the_last_part(self):
        self.assertEqual("ONE HUNDRED AND ONE", spoken.cardinal(101, british=True))
        self.assertEqual("TWO THOUSAND AND SIX", spoken.cardinal(2006, british=True))
        self.assertEqual("NINETEEN", spoken.cardinal(19, british=True))

    def test_cardinal_out_of_range_is_an_error(self):
        for n in (-1, 10**12):
            with self.assertRaises(ValueError):
                spoken.cardinal(n)

    def test_ordinal_irregular_and_regular(self):
        cases = {1: "FIRST", 2: "SECOND", 12: "TWELFTH", 20: "TWENTIETH", 31: "THIRTY FIRST", 100: "ONE HUNDREDTH"}
        for n, words in cases.items():
            self.assertEqual(words, spoken.ordinal(n))

    def test_year_as_people_say_it(self):
        cases = {1985: "NINETEEN EIGHTY FIVE", 1900: "NINETEEN HUNDRED", 1907: "NINETEEN OH SEVEN",
                 2004: "TWO THOUSAND FOUR", 2026: "TWENTY TWENTY SIX", 2000: "TWO THOUSAND"}
        for n, words in cases.items():
            self.assertEqual(words, spoken.year(n))


class GrammarTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sample = [grammar.sample(random.Random(f"1:{i}")) for i in range(20000)]

    def test_sample_same_seed_same_sentence(self):
        again = [grammar.sample(random.Random(f"1:{i}")) for i in range(100)]

        self.assertEqual(self.sample[:100], again)

    def test_sample_spoken_has_the_transcripts_words(self):
        for said in self.sample:
            words = [t for t in said.spoken.split() if t not in ",|"]

            self.assertEqual(said.text, " ".join(words).upper())

    def test_sample_shares_follow_the_weights(self):
        for weight, kind, _ in grammar.RULES:
            share = sum(s.kind == kind for s in self.sample) / len(self.sample)

            self.assertAlmostEqual(weight / 100, share, delta=0.02)

    def test_digit_strings_have_one_to_twelve_digits(self):
        digits = set(spoken.DIGITS) | {"OH"}
        counts = [sum(w in digits for w in s.text.split()) for s in self.sample if s.kind == "digits"]

        self.assertTrue(all(1 <= c <= 12 for c in counts))
        self.assertTrue(set(range(3, 13)) <= set(counts))
        self.assertGreater(sum(c >= 3 for c in counts) / len(counts), 0.9)

    def test_digit_strings_say_zero_and_oh(self):
        words = {w for s in self.sample if s.kind == "digits" for w in s.text.split()}

        self.assertTrue({"ZERO", "OH", "DOUBLE", "TRIPLE"} <= words)

    def test_repeats_hand_written_case(self):
        self.assertEqual("DOUBLE ONE TWO TRIPLE THREE",
                         " ".join(" ".join(grammar.repeats("ONE ONE TWO THREE THREE THREE".split())).split()))

    def test_letters_every_letter_is_spelled(self):
        letters = {w for s in self.sample if s.kind == "letters" for w in s.text.split() if len(w) == 1}

        self.assertEqual(26, len(letters))

    def test_vocabulary_is_closed_and_has_hundreds_of_commands(self):
        later = {w for i in range(20000, 30000) for w in grammar.sample(random.Random(f"1:{i}")).text.split()}
        seen = {w for s in self.sample for w in s.text.split()}

        self.assertLess(len(later - seen), 10)
        self.assertGreater(len(grammar.BARE), 300)

    def test_can_be_held_out_bare_commands_stay_in_training(self):
        self.assertFalse(grammar.can_be_held_out(Sentence("CHECK MY BALANCE", "check my balance", "commands")))
        self.assertFalse(grammar.can_be_held_out(Sentence("YES PLEASE", "yes please", "yes_no")))
        self.assertFalse(grammar.can_be_held_out(
            Sentence("THE DAY AFTER TOMORROW", "the day after tomorrow", "dates")))
        self.assertTrue(grammar.can_be_held_out(Sentence("ONE TWO THREE", "one two three", "digits")))


    def test_can_be_held_out_no_word_is_said_only_there(self):
        kept, held = set(), set()
        for i in range(60000):
            said = grammar.sample(random.Random(f"2:{i}"))
            (held if grammar.can_be_held_out(said) and i % 40 == 0 else kept).update([said.text])
        words = {w for text in kept - held for w in text.split()}

        self.assertEqual(set(), {w for text in held for w in text.split()} - words)


class SentenceTests(unittest.TestCase):
    def test_sentence_letters_and_pauses(self):
        said = sentence(["=A", "AS IN", "ALPHA", ",", "=B", ","], "letters")

        self.assertEqual(("A AS IN ALPHA B", "A as in alpha , B"), (said.text, said.spoken))

    def test_sentence_with_digits_is_an_error(self):
        with self.assertRaises(ValueError):
            Sentence("ROOM 12", "room 12", "x")

    def test_pieces_letter_a_is_no_article(self):
        said = sentence(["A", "CAR", "|", "=A", "=Z"], "x")
        for name, expected in [("flite-rms", ["a car", "ay zee"]), ("espeak-en-gb", ["a car", "eh Z"])]:
            delivery = draw_delivery(random.Random(1), True)

            self.assertEqual(expected, pieces(Utterance(0, said, find(name), delivery)))


if __name__ == "__main__":
    unittest.main()
