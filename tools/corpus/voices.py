"""Voices of Debian's synthesisers, and the settings drawn for one utterance."""

import shutil
from dataclasses import dataclass
from pathlib import Path

ESPEAK_ACCENTS = (["en-us"] * 6 + ["en-gb"] * 2 + ["en-gb-x-rp", "en-gb-scotland", "en-gb-x-gbclan",
                  "en-gb-x-gbcwmd", "en-029", "en-us-nyc"])
ESPEAK_VARIANTS = (
    "f1 f2 f3 f4 f5 m1 m2 m3 m4 m5 m6 m7 m8 Alex Alicia Andrea Andy Annie Denis Diogo Gene Gene2 Hugo Jacky "
    "Lee Marco Mario Michael Mike Mr Nguyen adam anika antonio aunty belinda benjamin boris caleb david ed "
    "edward edward2 grandma grandpa gustave iven iven2 john klatt klatt2 klatt3 linda max michel miguel "
    "norbert pablo paul pedro quincy rob robert sandro shelby steph steph2 steph3 travis victor zac").split()

# name: (engine, engine's name, the person recorded, share). Voices of one person are siblings: holding
# out one holds out all of them.
RECORDED = {
    "flite-slt": ("flite", "slt", "slt", 15),
    "flite-rms": ("flite", "rms", "rms", 15),
    "flite-awb": ("flite", "awb", "awb", 13),
    "flite-kal16": ("flite", "kal16", "kal", 6),
    "flite-kal": ("flite", "kal", "kal", 4),
    "festival-slt-hts": ("festival", "voice_cmu_us_slt_arctic_hts", "slt", 8),
    "festival-kal": ("festival", "voice_kal_diphone", "kal", 6),
    "festival-ked": ("festival", "voice_ked_diphone", "ked", 8),
}
# The same for voices of Debian's non-free section: they speak only where --voices names them.
NON_FREE = {
    "rhvoice-bdl": ("rhvoice", "bdl", "bdl", 12),
    "rhvoice-clb": ("rhvoice", "clb", "clb", 12),
    "rhvoice-alan": ("rhvoice", "alan", "alan", 12),
    "pico-us": ("pico", "en-US", "pico-us", 12),
    "pico-gb": ("pico", "en-GB", "pico-gb", 12),
}
ALL_RECORDED = RECORDED | NON_FREE
ESPEAK_SHARE = 33
FESTIVAL_VOICES = {"voice_cmu_us_slt_arctic_hts": "us/cmu_us_slt_arctic_hts",
                   "voice_kal_diphone": "english/kal_diphone", "voice_ked_diphone": "english/ked_diphone"}
FESTIVAL_ROOT = Path("/usr/share/festival/voices")
RHVOICE_ROOT = Path("/usr/share/RHVoice/voices")


@dataclass(frozen=True)
class Voice:
    """`person` is who was recorded, or the espeak-ng variant; hold-out is by person."""

    name: str
    engine: str
    engine_name: str
    person: str


def find(name):
    """The voice of that name: one of ALL_RECORDED, or `espeak-ACCENT[+VARIANT]`."""
    if name in ALL_RECORDED:
        engine, engine_name, person, _ = ALL_RECORDED[name]
        return Voice(name, engine, engine_name, person)
    if name.startswith("espeak-"):
        accent, _, variant = name.removeprefix("espeak-").partition("+")
        if accent in ESPEAK_ACCENTS and (not variant or variant in ESPEAK_VARIANTS):
            return Voice(name, "espeak", name.removeprefix("espeak-"), f"espeak {variant or accent}")
    raise ValueError(f"unknown voice {name!r}; one of {', '.join(ALL_RECORDED)} or espeak-ACCENT[+VARIANT]")


class VoicePool:
    """Draws voices by share, without the held-out voice and its siblings."""

    def __init__(self, held_out=None, only=None):
        persons = {find(name).person for name in held_out or ()}
        self._shares = {name: share for name, (_, _, person, share) in (ALL_RECORDED if only else RECORDED).items()
                        if person not in persons}
        self._accents = [a for a in ESPEAK_ACCENTS if f"espeak {a}" not in persons]
        self._variants = [v for v in ["", *ESPEAK_VARIANTS] if f"espeak {v}" not in persons]
        self._shares["espeak"] = ESPEAK_SHARE
        if only:
            self._shares = {n: s for n, s in self._shares.items() if n in only or n.split("-")[0] in only}
        if not self._shares:
            raise ValueError("no voice is left: check --voices against --hold-out-voice")

    def draw(self, rng):
        name = rng.choices(list(self._shares), list(self._shares.values()))[0]
        if name == "espeak":
            accent, variant = rng.choice(self._accents), rng.choice(self._variants)
            name = f"espeak-{accent}+{variant}" if variant else f"espeak-{accent}"
        return find(name)

    @property
    def names(self):
        return [find(n).name if n != "espeak" else "espeak-*" for n in self._shares]


def missing_programs(pool_names):
    """What has to be installed before these voices speak, as Debian packages."""
    missing = [] if shutil.which("sox") else ["sox"]
    engines = {name.split("-")[0] for name in pool_names}
    for engine, program, package in [("flite", "flite", "flite"), ("espeak", "espeak-ng", "espeak-ng"),
                                     ("festival", "festival", "festival"), ("rhvoice", "RHVoice-test", "rhvoice"),
                                     ("pico", "pico2wave", "libttspico-utils")]:
        if engine in engines and not shutil.which(program):
            missing.append(package)
    packages = {"festival-slt-hts": "festvox-us-slt-hts", "festival-kal": "festvox-kallpc16k",
                "festival-ked": "festvox-kdlpc16k"}
    for name in pool_names:
        if name in packages:
            if not (FESTIVAL_ROOT / FESTIVAL_VOICES[RECORDED[name][1]]).is_dir():
                missing.append(packages[name])
        if name.startswith("rhvoice-") and not (RHVOICE_ROOT / ALL_RECORDED[name][1]).is_dir():
            missing.append("rhvoice-english")
    return list(dict.fromkeys(missing))


@dataclass(frozen=True)
class Delivery:
    """How one utterance is spoken and recorded; every field drawn from the utterance's own generator.

    pace: words per time against the voice's own rate. warp: sox `speed`, pitch and formants together,
    a longer or shorter vocal tract (the synthesiser slows down to keep the pace). pitch: the engine's
    own control where it has one, 0 to 1. lowpass_hz: 0 or the band limit. telephone: also sampled at
    8 kHz, with the low end cut. taps: (delay in samples at 16 kHz, gain) of a sparse room. edges_s:
    silence kept before and after. pause_s: the longest pause kept inside. gap_s: between recordings
    joined with `|`. levels_db: spread of the level from word to word. peak_db, floor_db: level of the
    peak in full scale and of the noise floor under the peak.
    """

    pace: float
    warp: float
    pitch: float
    lowpass_hz: int
    telephone: bool
    bass_db: float
    treble_db: float
    taps: tuple
    edges_s: tuple
    pause_s: float
    gap_s: tuple
    levels_db: float
    peak_db: float
    floor_db: float
    noise_seed: int


def draw_delivery(rng, recorded, narrow_share=0.4, warp=True):
    """Settings of one utterance; `recorded` voices are warped, as there are so few of them."""
    band = rng.random()
    telephone = band < narrow_share
    lowpass = 0
    if telephone:
        lowpass = int(rng.uniform(3200, 3950))
    elif band < narrow_share + (1 - narrow_share) * 0.4:
        lowpass = int(rng.uniform(4200, 7200))
    taps = ()
    if rng.random() < 0.45:
        decay = rng.uniform(0.008, 0.04) * 16000
        strength = rng.uniform(0.15, 0.6)
        delays = sorted(rng.sample(range(12, 960), rng.randrange(3, 10)))
        taps = tuple((d, round(strength * 2.718 ** (-d / decay) * rng.choice([1, -1]), 4)) for d in delays)
    gap = rng.uniform(0, 0.12)
    return Delivery(
        pace=round(rng.uniform(0.82, 1.25), 3),
        warp=round(rng.uniform(0.86, 1.18), 3) if warp and recorded and rng.random() < 0.6 else 1.0,
        pitch=round(rng.random(), 3),
        lowpass_hz=lowpass,
        telephone=telephone,
        bass_db=round(rng.uniform(-6, 4), 1) if rng.random() < 0.5 else 0.0,
        treble_db=round(rng.uniform(-7, 5), 1) if rng.random() < 0.5 else 0.0,
        taps=taps,
        edges_s=(round(rng.uniform(0.03, 0.3), 3), round(rng.uniform(0.03, 0.3), 3)),
        pause_s=round(rng.uniform(0.08, 0.5), 3),
        gap_s=(round(gap, 3), round(gap + rng.uniform(0, 0.15), 3)),
        levels_db=round(rng.uniform(1, 9), 1) if rng.random() < 0.5 else 0.0,
        peak_db=round(rng.uniform(-20, -1), 1),
        floor_db=round(rng.uniform(-70, -38), 1),
        noise_seed=rng.getrandbits(32),
    )
