#!/usr/bin/env python3
"""Make a corpus of synthetic speech with Debian's synthesisers: 16 kHz WAV and JSON-lines manifests."""

import argparse
import multiprocessing
import os
import random
import shlex
import signal
import sys
import threading
import time
from pathlib import Path

import grammar
import text as general_text
from manifests import Exclusion, write_manifest
from plan import FixedVoice, GrammarSource, ListSource, Plan, held_out
from recombine import Bank, DigitSource
from synthesis import synthesise
from voices import VoicePool, find, missing_programs

CHUNK = 64
DEFAULT_SOURCES = ["bible:2", "devil:1", "jargon:2"]
MANIFEST_EVERY_S = 60
EXAMPLES = """
examples:
  # the closed vocabulary: digits, numbers, amounts, times, dates, letters, yes and no, commands
  make_corpus.py numbers --out /data/numbers --hours 6 --hold-out-voice festival-ked \\
      --exclude speech/digits/test.jsonl

  # general English, mostly from fortunes, clean of a test set's sentences
  make_corpus.py general --out /data/general --hours 12 --hold-out-voice festival-ked \\
      --source bible:2 --source fortunes:4 --exclude speech/test_clean/manifest.jsonl

  # general English from a text of your own and another manifest's transcripts
  make_corpus.py general --out /data/mine --hours 2 --source book.txt --source train.jsonl:3

  # real digits, cut from strings that were joined from single recordings and joined anew
  make_corpus.py recombine --out /data/real-digits --hours 2 --source speech/digits/train.jsonl \\
      --exclude speech/digits/test.jsonl

  # ten sentences, to read or to listen to
  make_corpus.py numbers --print 10
  make_corpus.py numbers --out /tmp/listen --hours 0.01 --held-out 0

Run the same command again to continue: files that exist are kept, and more --hours extend the corpus.
"""


def arguments(argv):
    parser = argparse.ArgumentParser(description=__doc__, epilog=EXAMPLES,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["numbers", "general", "recombine"],
                        help="numbers and general are synthesised; recombine joins real digits anew")
    parser.add_argument("--out", type=Path, help="folder of the corpus")
    parser.add_argument("--hours", type=float, default=1.0, help="hours of training speech (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="everything follows from it (default 1)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes (default: all cores)")
    parser.add_argument("--voices", action="append", metavar="NAME",
                        help="only this voice or engine (flite, festival, espeak); may be repeated")
    parser.add_argument("--hold-out-voice", action="append", default=[], metavar="NAME",
                        help="speaks only in heldout_voice.jsonl, its siblings nowhere; may be repeated")
    parser.add_argument("--held-out", type=int, default=200, metavar="N",
                        help="sentences in validation.jsonl, and as many others for each held-out voice; "
                             "half of them digit strings for numbers (default 200)")
    parser.add_argument("--exclude", action="append", default=[], type=Path, metavar="MANIFEST",
                        help="leave out its sentences and all that share six words in a row with one")
    parser.add_argument("--source", action="append", metavar="NAME|FILE[:SHARE]",
                        help="text for general: bible, devil, jargon, fortunes, a text file or a manifest "
                             "(.jsonl), and its share of the utterances (1); may be repeated (default: "
                             + " ".join(DEFAULT_SOURCES) + ")")
    parser.add_argument("--weight", action="append", default=[], metavar="KIND=N", type=weight,
                        help="weight of a kind of sentence among the training sentences of numbers: "
                             + ", ".join(f"{kind} ({n})" for n, kind, _ in grammar.RULES) + "; may be repeated. "
                             "Held-out sentences keep the weights in brackets, so that error rates stay comparable")
    parser.add_argument("--narrow", type=float, default=None, metavar="SHARE",
                        help="share band-limited to 4 kHz like a telephone (default: numbers 0.4, general 0.15, recombine 1)")
    parser.add_argument("--print", type=int, metavar="N", dest="show", help="print N sentences and stop")
    args = parser.parse_args(argv)
    if args.narrow is None:
        args.narrow = {"numbers": 0.4, "general": 0.15, "recombine": 1.0}[args.what]
    if not args.show and not args.out:
        parser.error("--out is needed (or --print)")
    if args.what == "recombine" and not args.source:
        parser.error("recombine needs --source MANIFEST of digit strings")
    if args.what == "recombine" and (args.hold_out_voice or args.voices):
        parser.error("recombine takes its speakers from --source; --voices and --hold-out-voice are of no use")
    if args.weight and args.what != "numbers":
        parser.error("--weight is for numbers, whose sentences have kinds")
    if args.weight and not sum({**{k: w for w, k, _ in grammar.RULES}, **dict(args.weight)}.values()):
        parser.error("at least one --weight must be above 0")
    if args.hours <= 0 or args.jobs < 1 or args.held_out < 0 or not 0 <= args.narrow <= 1:
        parser.error("--hours and --jobs must be positive, --held-out not negative, --narrow from 0 to 1")
    return args


def weight(text):
    """KIND=N of --weight."""
    kind, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = -1.0
    if kind not in grammar.KINDS or not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(
            f"KIND=N expected, with a kind of {', '.join(grammar.KINDS)} and a number from 0, got {text!r}")
    return kind, value


# Plans of the sets ---------------------------------------------------------------------------------

def plan_numbers(args, exclusion):
    """Sources of the sets: training, and (name, sentences) of what is held out."""
    rng = random.Random(f"{args.seed}:held out")
    taken = set()

    def draw(is_digits, count):
        stream = (grammar.sample(rng) for _ in range(1000 * count))
        return held_out(stream, lambda s: (s.kind == "digits") == is_digits and grammar.can_be_held_out(s)
                        and s.text not in exclusion, count, taken)

    sets = []
    for name in ["validation", *held_out_names(args)]:
        half = args.held_out // 2
        sets.append((name, draw(True, args.held_out - half) + draw(False, half)))
    return GrammarSource(exclusion, frozenset(taken), dict(args.weight)), sets


def plan_general(args, exclusion):
    groups = []
    for option in args.source or DEFAULT_SOURCES:
        name, _, share = option.partition(":")
        found = general_text.sentences(name, exclusion)
        print(f"{name}: {len(found):,} sentences", file=sys.stderr)
        groups.append((float(share or 1), found))
    rng = random.Random(f"{args.seed}:held out")
    everything = ListSource(groups, f"{args.seed}:held out")
    taken, sets = set(), []
    for name in ["validation", *held_out_names(args)]:
        stream = (everything.sentence(rng, i) for i in range(1000 * args.held_out))
        sets.append((name, held_out(stream, lambda s: True, args.held_out, taken)))
    kept = [(share, [s for s in found if s.text not in taken]) for share, found in groups]
    return ListSource(kept, args.seed), sets


def held_out_names(args):
    names = args.hold_out_voice
    return [f"heldout_voice{'' if len(names) == 1 else '_' + n.replace('+', '-')}" for n in names]


# Making --------------------------------------------------------------------------------------------

_WORK = {}


def _start_worker(parent):
    """Leave Ctrl-C to the parent, and end when it is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def watch():
        while os.getppid() == parent:
            time.sleep(2)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _make_chunk(task):
    """In a worker: the manifest rows of one chunk of a set, and why others are missing."""
    name, start, stop = task
    plan, folder, bank = _WORK[name]
    utterances = [plan.utterance(i) for i in range(start, stop)]
    place = folder / name / f"{start // 1024:04d}"
    rows, problems = [], []
    for utterance, result in zip(utterances, synthesise(utterances, place, bank)):
        if isinstance(result, str):
            problems.append(result)
        else:
            path = (place / utterance.file_name).relative_to(folder.parent)
            rows.append({"audio_filepath": str(path), "duration": round(result, 3),
                         "text": utterance.sentence.text, "speaker": utterance.voice.name})
    return rows, problems


class Progress:
    """One line on a terminal, a line a minute elsewhere."""

    def __init__(self, label, total_s):
        self._label, self._total_s, self._start, self._said = label, total_s, time.monotonic(), 0.0
        self._first_s = None

    def show(self, done_s, count, problems, last=False):
        now = time.monotonic()
        if self._first_s is None:
            self._first_s = done_s if not last else 0.0
        every = 0.5 if sys.stderr.isatty() else 30
        if not last and now - self._said < every:
            return
        self._said = now
        rate = (done_s - self._first_s) / max(now - self._start, 1e-3)
        left = max(0.0, self._total_s - done_s) / rate if rate > 0 else 0.0
        line = (f"{self._label}: {done_s / 3600:.2f} of {self._total_s / 3600:.2f} h, {count:,} utterances, "
                f"{problems} failed, {rate:.0f} x real time, {left / 60:.0f} min left")
        end = "\n" if last or not sys.stderr.isatty() else "\r"
        print(line.ljust(100) if sys.stderr.isatty() else line, end=end, file=sys.stderr, flush=True)


def make_set(pool, name, manifest, hours=None, count=None):
    """Make a set by hours or by count, in order of index; the manifest follows as it grows."""
    total_s = hours * 3600 if hours else count * 3.0
    progress, rows, problems, seconds = Progress(name, total_s), [], [], 0.0
    saved = time.monotonic()
    last = count if count is not None else 10**7
    tasks = ((name, i, min(i + CHUNK, last)) for i in range(0, last, CHUNK))
    for new_rows, new_problems in lazily(pool, tasks):
        problems += new_problems
        for row in new_rows:
            if hours and seconds >= total_s:
                break
            rows.append(row)
            seconds += row["duration"]
        progress.show(seconds, len(rows), len(problems))
        if time.monotonic() - saved > MANIFEST_EVERY_S:
            write_manifest(manifest, rows)
            saved = time.monotonic()
        if hours and seconds >= total_s:
            break
        if len(problems) > 100 and len(problems) > len(rows):
            raise SystemExit(f"most utterances fail, the last with: {problems[-1]}")
    write_manifest(manifest, rows)
    progress.show(seconds, len(rows), len(problems), last=True)
    for problem in sorted(set(problems))[:5]:
        print(f"  failed: {problem}", file=sys.stderr)
    return rows


def lazily(pool, tasks):
    """Results in order, never more than a few chunks ahead of the one awaited."""
    if pool is None:
        yield from map(_make_chunk, tasks)
        return
    ahead = []
    for task in tasks:
        ahead.append(pool.apply_async(_make_chunk, (task,)))
        if len(ahead) > 2 * pool._processes:
            yield ahead.pop(0).get()
    for result in ahead:
        yield result.get()


def main(argv=None):
    args = arguments(argv)
    exclusion = Exclusion.of_manifests(args.exclude)
    bank = None
    if args.what == "recombine":
        bank = voices = Bank(args.source)
        print(f"{bank.used} strings taken apart, {bank.unclear} left out", file=sys.stderr)
        source, held_out_sets = DigitSource(bank, exclusion), []
    else:
        voices = VoicePool(args.hold_out_voice, args.voices)
        missing = missing_programs([*voices.names, *args.hold_out_voice])
        if missing and not args.show:
            raise SystemExit(f"apt-get install {' '.join(missing)}")
        source, held_out_sets = (plan_numbers if args.what == "numbers" else plan_general)(args, exclusion)
    if args.show:
        for i in range(args.show):
            print(source.sentence(random.Random(f"{args.seed}:train:{i}"), i).text)
        return

    audio = args.out / "audio"
    audio.mkdir(parents=True, exist_ok=True)
    _WORK["train"] = (Plan("train", args.seed, source, voices, args.narrow), audio, bank)
    for (name, sentences), voice in zip(held_out_sets, [None, *args.hold_out_voice]):
        pool = voices if voice is None else FixedVoice(find(voice))
        plan = Plan(name, args.seed, Ordered(sentences), pool, args.narrow, warp=voice is None)
        _WORK[name] = (plan, audio, None)
    (args.out / "command.txt").write_text("make_corpus.py " + shlex.join(argv or sys.argv[1:]) + "\n")
    make_sets(args, held_out_sets)


def make_sets(args, held_out_sets):
    workers = None
    if args.jobs > 1:
        workers = multiprocessing.get_context("fork").Pool(args.jobs, _start_worker, (os.getpid(),))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for name, sentences in held_out_sets:
            if sentences:
                rows = make_set(workers, name, args.out / f"{name}.jsonl", count=len(sentences))
                if args.what == "numbers":
                    digits = {s.text for s in sentences if s.kind == "digits"}
                    write_manifest(args.out / f"{name}_digits.jsonl", [r for r in rows if r["text"] in digits])
                    write_manifest(args.out / f"{name}_other.jsonl", [r for r in rows if r["text"] not in digits])
        make_set(workers, "train", args.out / "train.jsonl", hours=args.hours)
    except KeyboardInterrupt:
        raise SystemExit("stopped; the same command continues") from None
    finally:
        if workers:
            workers.terminate()


class Ordered:
    """Sentences by index."""

    def __init__(self, sentences):
        self._sentences = sentences

    def sentence(self, rng, index):
        return self._sentences[index]


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as problem:
        raise SystemExit(f"make_corpus.py: {problem}") from None
