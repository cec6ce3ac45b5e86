import array
import contextlib
import io
import json
import random
import shutil
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import make_corpus
from manifests import Exclusion
from signal_edit import centred, loud_runs, read_wav, tidy, with_floor, with_peak, write_wav
from synthesis import sox_effects
from voices import RECORDED, VoicePool, draw_delivery, find, missing_programs

HAVE_SPEECH = all(map(shutil.which, ["sox", "flite", "espeak-ng"]))


def tone(seconds, rate=16000, level=8000):
    return array.array("h", [level, -level] * int(seconds * rate / 2))


def quiet(seconds, rate=16000):
    return array.array("h", bytes(2 * int(seconds * rate)))


class SignalTests(unittest.TestCase):
    def test_loud_runs_finds_both_bursts(self):
        runs = loud_runs(quiet(0.5) + tone(0.2) + quiet(0.3) + tone(0.1), 16000)

        self.assertEqual([(8000, 11200), (16000, 17600)], runs)

    def test_tidy_sets_edges_and_shortens_pauses(self):
        samples = quiet(1) + tone(0.2) + quiet(1) + tone(0.1) + quiet(1)

        out = tidy(samples, 16000, (0.1, 0.2), 0.25)

        self.assertAlmostEqual(0.1 + 0.2 + 0.25 + 0.1 + 0.2, len(out) / 16000, delta=0.03)

    def test_tidy_of_silence_is_empty(self):
        self.assertEqual(0, len(tidy(quiet(1), 16000, (0.1, 0.1), 0.2)))

    def test_with_floor_is_noise_of_the_asked_level(self):
        samples = quiet(1) + tone(0.5, level=16000)
        for seed in range(4):
            floor = with_floor(samples, -40, seed)[:16000]
            mean = sum(floor) / len(floor)
            rms = (sum(x * x for x in floor) / len(floor)) ** 0.5

            self.assertLess(abs(mean), 10)
            self.assertTrue(140 < rms < 260, rms)

    def test_write_wav_reads_back(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.wav")
            write_wav(path, tone(0.1), 22050)

            self.assertEqual((tone(0.1), 22050), read_wav(path))

    def test_centred_takes_the_offset_away_and_nothing_else(self):
        samples = tone(0.1, level=5000)
        shifted = array.array("h", (s + 119 for s in samples))
        self.assertLessEqual(max(abs(a - b) for a, b in zip(samples, centred(shifted))), 1)

    def test_centred_near_full_scale_does_not_wrap_round(self):
        samples = array.array("h", [32767, -20000] * 800)
        self.assertEqual([True, False], [s > 0 for s in centred(samples)][:2])
        self.assertLess(abs(sum(centred(samples)) / 1600), 2)

    def test_with_peak_scales_to_the_peak(self):
        self.assertEqual(16000, max(with_peak(tone(0.01, level=123))))


class VoiceTests(unittest.TestCase):
    def test_pool_held_out_voice_and_siblings_never_speak(self):
        pool = VoicePool(["festival-kal", "espeak-en-us+f3"])
        rng = random.Random(1)

        drawn = {pool.draw(rng).name for _ in range(5000)}

        self.assertFalse({n for n in drawn if "kal" in n or n.endswith("+f3")})
        self.assertIn("flite-rms", drawn)

    def test_pool_only_named_voices(self):
        pool = VoicePool(only=["flite-awb", "espeak"])
        engines = {pool.draw(random.Random(i)).name.split("-")[0] for i in range(100)}

        self.assertEqual({"flite", "espeak"}, engines)

    def test_pool_non_free_voices_speak_only_where_they_are_named(self):
        drawn = {VoicePool().draw(random.Random(i)).engine for i in range(1000)}
        named = {VoicePool(only=["rhvoice", "pico-gb"]).draw(random.Random(i)).name for i in range(200)}

        self.assertEqual({"flite", "festival", "espeak"}, drawn)
        self.assertEqual({"rhvoice-bdl", "rhvoice-clb", "rhvoice-alan", "pico-gb"}, named)

    def test_missing_programs_a_package_is_named_once(self):
        with unittest.mock.patch("voices.shutil.which", return_value=None), \
                unittest.mock.patch("voices.RHVOICE_ROOT", Path("/nowhere")):
            self.assertEqual(["sox", "rhvoice", "rhvoice-english"], missing_programs(["rhvoice-bdl", "rhvoice-clb"]))

    def test_find_unknown_voice_is_named(self):
        with self.assertRaisesRegex(ValueError, "flite-bob"):
            find("flite-bob")

    def test_recorded_persons_are_known(self):
        self.assertEqual({"slt", "rms", "awb", "kal", "ked"}, {p for _, _, p, _ in RECORDED.values()})

    def test_draw_delivery_narrow_share(self):
        drawn = [draw_delivery(random.Random(i), True, 0.4) for i in range(3000)]

        self.assertAlmostEqual(0.4, sum(d.telephone for d in drawn) / 3000, delta=0.03)
        self.assertTrue(all(d.lowpass_hz < 4000 for d in drawn if d.telephone))

    def test_sox_effects_end_at_16_khz_and_the_level(self):
        delivery = draw_delivery(random.Random(3), False)
        effects = sox_effects(delivery)

        self.assertEqual(["norm", f"{delivery.peak_db:.1f}"], effects[-2:])
        self.assertIn("16000", effects)


@unittest.skipUnless(HAVE_SPEECH, "needs sox, flite and espeak-ng")
class CorpusTests(unittest.TestCase):
    """Whole runs with two quick engines."""

    def run_tool(self, folder, *more):
        with contextlib.redirect_stderr(io.StringIO()):
            make_corpus.main(["numbers", "--out", str(folder), "--voices", "espeak", "--voices", "flite-kal",
                              "--hold-out-voice", "flite-rms", "--held-out", "8", "--jobs", "2", *more])

    @staticmethod
    def rows(folder, name):
        return [json.loads(line) for line in Path(folder, f"{name}.jsonl").read_text().splitlines()]

    def test_main_writes_sets_that_share_no_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_tool(folder, "--hours", "0.02")
            train, seen, voice = (self.rows(folder, n) for n in ("train", "validation", "heldout_voice"))

            self.assertGreaterEqual(sum(r["duration"] for r in train), 72)
            self.assertEqual(({"flite-rms"}, 8, 8), ({r["speaker"] for r in voice}, len(seen), len(voice)))
            self.assertNotIn("flite-rms", {r["speaker"] for r in train + seen})
            texts = [{r["text"] for r in rows} for rows in (train, seen, voice)]
            self.assertEqual(sum(map(len, texts)), len(set.union(*texts)))
            for row in train + seen + voice:
                samples, rate = read_wav(Path(folder, row["audio_filepath"]))
                self.assertEqual(16000, rate)
                self.assertAlmostEqual(row["duration"], len(samples) / rate, delta=0.001)
                self.assertGreater(max(samples), 1000)

    def test_main_again_keeps_files_and_makes_the_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_tool(folder, "--hours", "0.01")
            first = self.rows(folder, "train")
            lost, kept = (Path(folder, first[i]["audio_filepath"]) for i in (0, 1))
            content, made = lost.read_bytes(), kept.stat().st_mtime_ns
            lost.unlink()
            self.run_tool(folder, "--hours", "0.02", "--jobs", "1")

            self.assertEqual(content, lost.read_bytes())
            self.assertEqual(made, kept.stat().st_mtime_ns)
            self.assertEqual(first, self.rows(folder, "train")[:len(first)])

    def test_main_excluded_strings_are_not_said(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_tool(Path(folder, "a"), "--hours", "0.01")
            said = {r["text"] for r in self.rows(Path(folder, "a"), "train")}
            self.run_tool(Path(folder, "b"), "--hours", "0.01",
                          "--exclude", str(Path(folder, "a", "train.jsonl")))

            self.assertFalse(said & {r["text"] for r in self.rows(Path(folder, "b"), "train")})

    def test_main_weights_change_training_sentences_only(self):
        def kinds(*weights):
            args = make_corpus.arguments(["numbers", "--out", "x", "--held-out", "20", *weights])
            source, sets = make_corpus.plan_numbers(args, Exclusion())
            drawn = [source.sentence(random.Random(i), i).kind for i in range(200)]
            return drawn, [s.text for _, sentences in sets for s in sentences]

        plain, held_out = kinds()
        letters, same = kinds("--weight", "digits=0", "--weight", "letters=100")
        self.assertGreater(plain.count("digits"), 60)
        self.assertEqual(0, letters.count("digits"))
        self.assertGreater(letters.count("letters"), 100)
        self.assertEqual(held_out, same)

    def test_main_bad_arguments_exit_with_2(self):
        for argv in (["numbers"], ["numbers", "--out", "x", "--hours", "0"], ["poems", "--out", "x"],
                     ["numbers", "--out", "x", "--weight", "poems=1"], ["general", "--out", "x", "--weight", "digits=1"]):
            with contextlib.redirect_stderr(io.StringIO()), self.assertRaises(SystemExit) as raised:
                make_corpus.main(argv)
            self.assertEqual(2, raised.exception.code)


if __name__ == "__main__":
    unittest.main()
