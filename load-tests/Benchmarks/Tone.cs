using Attune.Recognition.Models;

namespace Attune.Benchmarks;

/// <summary>A tone that swells and fades, in noise: what is measured where what is heard does not matter.</summary>
internal static class Tone
{
    /// <summary>A normalised waveform at the model's rate.</summary>
    /// <param name="model">That is to hear it.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="seed">Another tone and other noise for each.</param>
    public static ReadOnlyMemory<float> Waveform(Model model, double seconds, int seed = 0)
    {
        var random = new Random(seed);
        var samples = new float[(int)(seconds * model.Preprocessing.SampleRateHz)];
        for (var i = 0; i < samples.Length; i++) samples[i] = (float)((Math.Sin(i * (0.05 + (0.001 * seed))) * Math.Sin(i * 0.0007)) + (0.1 * random.NextDouble()));
        return model.Preprocessing.Apply(samples);
    }
}
