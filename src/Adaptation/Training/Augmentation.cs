using System.Numerics.Tensors;

namespace Attune.Adaptation.Training;

/// <summary>Varies recordings: speed, room, level, spectrum and noise.</summary>
/// <remarks>
/// <para>In the order in which sound meets them: (1) speed; (2) echoes of a room; (3) wandering level; (4) noise; (5) what a recording
/// or a line does to the spectrum; (6) the noise floor of the recording.</para>
/// <para>Every draw comes from the generator that is given. Thread-safe.</para>
/// </remarks>
/// <param name="options">How much and how often.</param>
/// <param name="sampleRateHz">Rate of all samples.</param>
/// <param name="noises">Recordings to mix in, at the same rate; white noise where there are none.</param>
public sealed class Augmentation(AugmentationOptions options, int sampleRateHz, IReadOnlyList<short[]> noises)
{
    /// <summary>How much and how often.</summary>
    public AugmentationOptions Options => options;

    /// <summary>Draws a speed that leaves at least a number of samples.</summary>
    public double DrawSpeed(int samples, int minimumSamples, Random random)
    {
        var speed = random.Between(options.SlowestSpeed, options.FastestSpeed);
        return ResampledLength(samples, speed) >= minimumSamples ? speed : Math.Min(speed, 1);
    }

    /// <summary>Samples of a recording played at a speed.</summary>
    public static int ResampledLength(int samples, double speed) => (int)(samples / speed);

    /// <summary>A varied copy of an utterance.</summary>
    public float[] Apply(TrainingUtterance utterance, double speed, Random random)
    {
        var samples = ChangeSpeed(utterance.ToFloats(), speed);
        if (random.NextDouble() < options.RoomProbability) samples = AddEchoes(samples, random);
        if (random.NextDouble() < options.GainProbability) WanderLevel(samples, random);
        if (random.NextDouble() < options.NoiseProbability)
            AddNoise(samples, DrawNoise(samples.Length, random), random.Between(options.LowestNoiseSnrDb, options.HighestNoiseSnrDb));
        if (random.NextDouble() < options.TiltProbability) Tilt(samples, (float)random.Between(-0.5, 0.6));
        if (random.NextDouble() < options.LowPassProbability) LowPass(samples, random.Between(3500, 7000));
        if (random.NextDouble() < options.TelephoneProbability) LimitToTelephone(samples);
        if (random.NextDouble() < options.NoiseFloorProbability) AddNoise(samples, White(samples.Length, random), random.Between(30, 55));
        return samples;
    }

    /// <summary>Plays samples faster or slower, which also raises or lowers the pitch.</summary>
    /// <remarks>
    /// Cubic convolution, Keys 1981, "Cubic convolution interpolation for digital image processing", with a = -1/2. Played faster,
    /// what lies above the new band folds back, far below the level of speech there.
    /// </remarks>
    public static float[] ChangeSpeed(float[] samples, double speed)
    {
        if (speed == 1) return samples;
        var result = new float[ResampledLength(samples.Length, speed)];
        var last = samples.Length - 1;
        for (var i = 0; i < result.Length; i++)
        {
            var position = i * speed;
            var index = Math.Min((int)position, last);
            var t = (float)(position - index);
            var (before, at) = (samples[Math.Max(index - 1, 0)], samples[index]);
            var (after, second) = (samples[Math.Min(index + 1, last)], samples[Math.Min(index + 2, last)]);
            var cubic = (3 * (at - after)) + second - before;
            result[i] = at + (0.5f * t * (after - before + (t * ((2 * before) - (5 * at) + (4 * after) - second + (t * cubic)))));
        }

        return result;
    }

    /// <summary>Adds noise at a signal-to-noise ratio measured over the whole utterance; noise or signal without power changes nothing.</summary>
    public static void AddNoise(Span<float> samples, ReadOnlySpan<float> noise, double snrDb)
    {
        var (signalPower, noisePower) = (Power(samples), Power(noise));
        if (signalPower == 0 || noisePower == 0) return;
        var gain = (float)Math.Sqrt(signalPower / noisePower * Math.Pow(10, -snrDb / 10));
        for (var i = 0; i < samples.Length; i++) samples[i] += gain * noise[i];
    }

    private static double Power(ReadOnlySpan<float> samples)
    {
        var sum = 0.0;
        foreach (var sample in samples) sum += (double)sample * sample;
        return samples.IsEmpty ? 0 : sum / samples.Length;
    }

    /// <summary>8 to 23 echoes of either sign within 15 to 120 ms, 60 dB down at the end of that time or so.</summary>
    private float[] AddEchoes(float[] samples, Random random)
    {
        var result = (float[])samples.Clone();
        var reach = random.Between(0.015, 0.12) * sampleRateHz;
        var level = random.Between(0.1, 0.5);
        for (var echoes = random.Next(8, 24); echoes > 0; echoes--)
        {
            var delay = (int)(reach * Math.Pow(random.NextDouble(), 1.3)) + (sampleRateHz / 1000);
            var gain = (float)(level * Math.Exp(-3.0 * delay / reach) * (random.Next(2) == 0 ? 1 : -1));
            if (delay >= samples.Length) continue;
            var target = result.AsSpan(delay);
            TensorPrimitives.MultiplyAdd(samples.AsSpan(0, target.Length), gain, target, target);
        }

        return result;
    }

    /// <summary>A new level every half second or so, with straight lines (in dB) between them.</summary>
    private void WanderLevel(Span<float> samples, Random random)
    {
        var period = (int)(random.Between(0.3, 0.9) * sampleRateHz);
        double Draw() => random.Between(-options.GainDb, options.GainDb);
        var (from, to) = (Draw(), Draw());
        for (var start = 0; start < samples.Length; start += period, (from, to) = (to, Draw()))
        {
            var piece = samples[start..Math.Min(start + period, samples.Length)];
            var gain = Math.Pow(10, from / 20);
            var step = Math.Pow(10, (to - from) / 20 / period);
            foreach (ref var sample in piece)
            {
                sample *= (float)gain;
                gain *= step;
            }
        }
    }

    private static void Tilt(Span<float> samples, float coefficient)
    {
        var previous = 0f;
        foreach (ref var sample in samples)
        {
            var current = sample;
            sample -= coefficient * previous;
            previous = current;
        }
    }

    /// <summary>Two second-order sections: 24 dB per octave.</summary>
    private void LowPass(Span<float> samples, double cutoffHz)
    {
        var filter = Biquad.LowPass(cutoffHz, sampleRateHz);
        filter.Apply(samples);
        filter.Apply(samples);
    }

    private void LimitToTelephone(Span<float> samples)
    {
        LowPass(samples, 3400);
        Biquad.HighPass(300, sampleRateHz).Apply(samples);
    }

    private float[] DrawNoise(int length, Random random)
    {
        if (noises.Count == 0) return White(length, random);
        var noise = noises[random.Next(noises.Count)];
        var offset = random.Next(noise.Length);
        var samples = new float[length];
        for (var i = 0; i < length; i++) samples[i] = noise[(offset + i) % noise.Length];
        return samples;
    }

    private static float[] White(int length, Random random)
    {
        var samples = new float[length];
        foreach (ref var sample in samples.AsSpan()) sample = (2 * random.NextSingle()) - 1;
        return samples;
    }
}
