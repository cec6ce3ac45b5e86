"""Small edits of 16-bit mono samples: read, trim, level, floor, write.

Whole signals go through `audioop`, part of Python until 3.12 (then the package audioop-lts): sample by
sample in Python, these edits took three quarters of a corpus's time.
"""

import array
import os
import random
import sys
import warnings
import wave

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import audioop

WIDTH = 2  # bytes of a sample

FRAME_S = 0.01
SILENCE = 0.02  # of the peak; synthesisers' silences are far below, breathy consonants above


def read_wav(path):
    """Samples (array 'h') and rate of a 16-bit WAV; the first channel of several."""
    with wave.open(str(path), "rb") as f:
        if f.getsampwidth() != 2:
            raise ValueError(f"{path}: 16-bit samples expected, got {8 * f.getsampwidth()}-bit")
        samples = array.array("h", f.readframes(f.getnframes()))
        if sys.byteorder == "big":
            samples.byteswap()
        return samples[:: f.getnchannels()], f.getframerate()


def write_wav(path, samples, rate):
    """Write atomically: a file that exists is whole."""
    part = f"{path}.{os.getpid()}.part"
    with wave.open(part, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(rate)
        data = samples
        if sys.byteorder == "big":
            data = array.array("h", samples)
            data.byteswap()
        f.writeframes(data.tobytes())
    os.replace(part, path)


def duration_s(path):
    with wave.open(str(path), "rb") as f:
        return f.getnframes() / f.getframerate()


def centred(samples):
    """Without the constant offset that some synthesisers add: it would click where speech is cut, and
    pass for loudness."""
    # audioop.bias wraps round: with headroom for the offset first, nothing is near the limits.
    offset = audioop.avg(samples, WIDTH)
    top = max(max(samples, default=0), -min(samples, default=0))
    if top + abs(offset) > 32767:
        samples = scaled(samples, 0.9)
        offset = audioop.avg(samples, WIDTH)
    return array.array("h", audioop.bias(samples, WIDTH, -offset))


def loud_runs(samples, rate, threshold=SILENCE, bridge_s=0.0):
    """(start, end) of stretches above `threshold` of the peak, in samples; gaps shorter than
    `bridge_s` do not split."""
    size = max(1, int(FRAME_S * rate))
    peaks = [max(max(samples[i:i + size]), -min(samples[i:i + size])) for i in range(0, len(samples), size)]
    limit = max(peaks, default=0) * threshold
    runs = []
    for i, peak in enumerate(peaks):
        if peak > limit:
            start, end = i * size, min(len(samples), (i + 1) * size)
            if runs and start - runs[-1][1] <= bridge_s * rate:
                runs[-1][1] = end
            else:
                runs.append([start, end])
    return [tuple(run) for run in runs]


def scaled(samples, gain):
    """Clipped at full scale."""
    return array.array("h", audioop.mul(samples, WIDTH, gain))


def with_peak(samples, peak=16000):
    top = max(max(samples, default=0), -min(samples, default=0))
    return scaled(samples, peak / top) if top else samples


def tidy(samples, rate, edges_s, pause_s, levels_db=0.0, rng=None):
    """Speech with edges of `edges_s` and no pause longer than `pause_s`; stretches between pauses
    get levels spread by up to `levels_db`. Empty where nothing is loud."""
    runs = loud_runs(samples, rate, bridge_s=0.06)
    if not runs:
        return array.array("h")
    out = array.array("h", bytes(2 * int(edges_s[0] * rate)))
    previous = None
    for start, end in runs:
        if previous is not None:
            gap = samples[previous:start]
            keep = int(pause_s * rate)
            if len(gap) > keep:
                gap = gap[: keep // 2] + gap[len(gap) - (keep - keep // 2):]
            out += gap
        piece = samples[start:end]
        out += scaled(piece, 10 ** (-rng.uniform(0, levels_db) / 20)) if levels_db else piece
        previous = end
    out += array.array("h", bytes(2 * int(edges_s[1] * rate)))
    return out


def _white_noise():
    rng = random.Random(1)
    return array.array("h", (max(-32768, min(32767, int(rng.gauss(0, 8000)))) for _ in range(48000)))


_NOISE = _white_noise()


def with_floor(samples, floor_db, seed):
    """Add a noise floor, `floor_db` under the peak: white or, half the time, darker."""
    rng = random.Random(seed)
    top = max(max(samples), -min(samples))
    gain = top * 10 ** (floor_db / 20) / 8000
    at = rng.randrange(len(_NOISE))
    length = len(samples)
    loop = _NOISE[at:] + _NOISE[:at]
    noise = (loop * (length // len(loop) + 1))[: length + 1]
    floor = scaled(noise[:length], gain)
    if rng.random() < 0.5:
        floor = audioop.add(floor, scaled(noise[1:], gain), WIDTH)
    return array.array("h", audioop.add(samples, floor, WIDTH))
