"""From an utterance's plan to its WAV: speak, tidy, then one run of sox for band, room and level."""

import array
import hashlib
import json
import random
import shutil
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from sentence import Sentence
from signal_edit import centred, duration_s, read_wav, tidy, with_floor, with_peak, write_wav
from voices import Delivery, Voice

RATE = 16000
LONGEST_S = 20.0
SHORTEST_S_PER_LETTER = 0.025  # 33 frames a second have to hold every letter with room to spare
TIMEOUT_S = 60
VERSION = 2  # goes into file names: raise it when the same plan sounds different


@dataclass(frozen=True)
class Utterance:
    index: int
    sentence: Sentence
    voice: Voice
    delivery: Delivery

    @property
    def file_name(self):
        """Names the plan, so that a file made from another plan is never taken for this one."""
        plan = json.dumps([VERSION, asdict(self)], sort_keys=True)
        return f"{self.index:07d}-{hashlib.sha256(plan.encode()).hexdigest()[:10]}.wav"


class SynthesisError(Exception):
    """One utterance could not be made; the message says why."""


def letter(engine, char):
    """How to write a letter so that this engine says its name; a lone `a` is read as the article."""
    if char == "A":
        return "eh" if engine == "espeak" else "ay"
    if char == "Z" and engine != "espeak":
        return "zee"
    return char if engine == "espeak" else char.lower()


def pieces(utterance):
    """The texts to synthesise: one, or several that are joined as separate recordings."""
    engine = utterance.voice.engine
    out = []
    for part in utterance.sentence.spoken.split("|"):
        words = [letter(engine, t) if len(t) == 1 and t.isupper() else t for t in part.split()]
        out.append(" ".join(words).replace(" ,", ","))
    return out


def _run(command, text=""):
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=TIMEOUT_S,
                          input=text.encode())
    if done.returncode:
        raise SynthesisError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode()[-200:]}")


def speak(utterance, folder):
    """WAV files of the utterance's pieces by any engine but festival, which `speak_festival` does."""
    voice, delivery = utterance.voice, utterance.delivery
    stretch = delivery.warp / delivery.pace
    files = []
    for n, text in enumerate(pieces(utterance)):
        path = folder / f"{utterance.index}-{n}.wav"
        if voice.engine == "flite":
            command = ["flite", "-voice", voice.engine_name, "--setf", f"duration_stretch={stretch:.3f}"]
            if voice.person == "kal":
                command += ["--setf", f"int_f0_target_mean={80 + 80 * delivery.pitch:.0f}"]
            _run([*command, "-t", text, "-o", str(path)])
        elif voice.engine == "rhvoice":
            _run(["RHVoice-test", "-p", voice.engine_name, "-r", f"{100 / stretch:.0f}",
                  "-t", f"{80 + 40 * delivery.pitch:.0f}", "-o", str(path)], text)
        elif voice.engine == "pico":
            _run(["pico2wave", "-l", voice.engine_name, "-w", str(path),
                  f"<speed level='{100 / stretch:.0f}'><pitch level='{80 + 40 * delivery.pitch:.0f}'>{text}</pitch></speed>"])
        else:
            _run(["espeak-ng", "-v", voice.engine_name, "-s", f"{160 * delivery.pace:.0f}",
                  "-p", f"{25 + 50 * delivery.pitch:.0f}", "-w", str(path), text])
        files.append(path)
    return files


def speak_festival(utterances, folder):
    """WAV files of many utterances of one festival voice in one process: its start takes longest."""
    lines = [f"({utterances[0].voice.engine_name})"]
    files = {}
    for utterance in utterances:
        stretch = utterance.delivery.warp / utterance.delivery.pace
        lines.append(f"(Parameter.set 'Duration_Stretch {stretch:.3f})")
        files[utterance.index] = []
        for n, text in enumerate(pieces(utterance)):
            path = folder / f"{utterance.index}-{n}.wav"
            quoted = text.replace("\\", "").replace('"', "")
            lines.append(f'(utt.save.wave (utt.synth (Utterance Text "{quoted}")) "{path}" \'riff)')
            files[utterance.index].append(path)
    script = folder / "festival.scm"
    script.write_text("\n".join(lines) + "\n", encoding="ascii")
    try:
        _run(["festival", "-b", str(script)])
    except SynthesisError:
        pass  # Utterances before the one that failed are there; the others are reported one by one.
    return files


def joined(files, delivery):
    """The pieces as one signal: each cut to its speech, with gaps and levels of its own."""
    rng = random.Random(delivery.noise_seed)
    missing = [f for f in files if not f.exists()]
    if missing:
        raise SynthesisError("the synthesiser wrote no file")
    if len(files) == 1:
        samples, rate = read_wav(files[0])
        return tidy(centred(samples), rate, delivery.edges_s, delivery.pause_s, delivery.levels_db, rng), rate
    out = array.array("h")
    for n, path in enumerate(files):
        samples, rate = read_wav(path)
        before = delivery.edges_s[0] if n == 0 else rng.uniform(*delivery.gap_s)
        after = delivery.edges_s[1] if n == len(files) - 1 else 0.0
        piece = tidy(centred(samples), rate, (before, after), delivery.pause_s)
        out += with_peak(piece, int(16000 * 10 ** (-rng.uniform(0, delivery.levels_db) / 20)))
    return out, rate


def sox_effects(delivery):
    """Effects after the voice: tract length, rate, tone, room, band, level."""
    effects = ["gain", "-12"]  # Headroom: what follows may add up.
    if delivery.warp != 1.0:
        effects += ["speed", f"{delivery.warp:.3f}"]
    effects += ["rate", "-m", str(RATE)]
    if delivery.bass_db:
        effects += ["bass", f"{delivery.bass_db:.1f}"]
    if delivery.treble_db:
        effects += ["treble", f"{delivery.treble_db:.1f}"]
    if delivery.taps:
        response = [0.0] * (delivery.taps[-1][0] + 1)
        response[0] = 1.0
        for delay, gain in delivery.taps:
            response[delay] = gain
        effects += ["fir", *(f"{r:g}" for r in response)]
    if delivery.lowpass_hz:
        effects += ["sinc", f"-{delivery.lowpass_hz}"]
    if delivery.telephone:
        if delivery.noise_seed % 2:
            effects += ["highpass", "250"]
        effects += ["rate", "-m", "8000", "rate", "-m", str(RATE)]
    return [*effects, "norm", f"{delivery.peak_db:.1f}"]


def finish(utterance, samples, rate, target, folder):
    """Write the utterance's WAV to `target` and return its duration in seconds."""
    delivery = utterance.delivery
    if not samples or max(samples) < 50:
        raise SynthesisError("nothing was spoken")
    raw = folder / f"{utterance.index}-raw.wav"
    write_wav(raw, with_floor(with_peak(samples), delivery.floor_db, delivery.noise_seed), rate)
    part = folder / f"{utterance.index}-done.wav"
    _run(["sox", "-D", "-V1", str(raw), "-b", "16", "-c", "1", str(part), *sox_effects(delivery)])
    length = duration_s(part)
    if length > LONGEST_S or length < SHORTEST_S_PER_LETTER * len(utterance.sentence.text):
        raise SynthesisError(f"{length:.2f} s do not fit {len(utterance.sentence.text)} letters")
    moved = target.with_suffix(".part")
    shutil.copyfile(part, moved)
    moved.replace(target)
    return length


def synthesise(utterances, folder, bank=None):
    """Make the utterances' files in `folder`, keeping those that exist; `bank` holds the clips that
    voices of the engine `recordings` speak with.

    Returns a list parallel to `utterances`: the duration in seconds, or the reason there is none.
    """
    results = {}
    todo = []
    for utterance in utterances:
        target = folder / utterance.file_name
        if target.exists():
            results[utterance.index] = duration_s(target)
        else:
            todo.append(utterance)
    if todo:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="corpus-", dir=_fast_temp()) as temp:
            _make(todo, folder, Path(temp), results, bank)
    return [results[u.index] for u in utterances]


def _fast_temp():
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def _make(todo, folder, temp, results, bank):
    festival = {}
    for utterance in todo:
        if utterance.voice.engine == "festival":
            festival.setdefault(utterance.voice.name, []).append(utterance)
    spoken = {}
    for group in festival.values():
        try:
            spoken.update(speak_festival(group, temp))
        except subprocess.TimeoutExpired:
            pass
    for utterance in todo:
        try:
            if utterance.voice.engine == "recordings":
                samples, rate = bank.join(utterance)
            elif utterance.voice.engine == "festival":
                files = spoken.get(utterance.index, [temp / "festival timed out"])
                samples, rate = joined(files, utterance.delivery)
            else:
                samples, rate = joined(speak(utterance, temp), utterance.delivery)
            target = folder / utterance.file_name
            results[utterance.index] = finish(utterance, samples, rate, target, temp)
        except (SynthesisError, subprocess.TimeoutExpired, ValueError, EOFError) as error:
            results[utterance.index] = f"{utterance.voice.name}: {error}"
        for leftover in temp.glob(f"{utterance.index}-*.wav"):
            leftover.unlink()
