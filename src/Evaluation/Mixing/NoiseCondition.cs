using System.Globalization;

namespace Attune.Evaluation.Mixing;

/// <summary>What speech is heard in: a noise at a signal-to-noise ratio, or nothing.</summary>
/// <remarks>Thread-safe if its noise is.</remarks>
public sealed class NoiseCondition
{
    /// <summary>Name of <see cref="Clean"/>.</summary>
    public const string CleanName = "clean";

    private readonly INoise? _noise;
    private readonly double _snrDb;

    private NoiseCondition(string name, INoise? noise, double snrDb)
    {
        Name = name;
        _noise = noise;
        _snrDb = snrDb;
    }

    /// <summary>Recordings as they are.</summary>
    public static NoiseCondition Clean { get; } = new(CleanName, null, double.PositiveInfinity);

    /// <summary>Name and ratio as in <c>white@10</c>, or <c>clean</c>.</summary>
    public string Name { get; }

    /// <summary>Makes one.</summary>
    /// <param name="noiseName">For example <c>white</c>.</param>
    /// <param name="noise">The noise.</param>
    /// <param name="snrDb">Power of the speech over that of the noise.</param>
    public static NoiseCondition In(string noiseName, INoise noise, double snrDb) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{noiseName}@{snrDb}"), noise, snrDb);

    /// <summary>Puts speech into it.</summary>
    /// <param name="speech">Finite amplitudes that are not all 0.</param>
    /// <param name="seed">Decides which stretch of the noise.</param>
    public MixedSpeech Apply(float[] speech, int seed)
    {
        ArgumentNullException.ThrowIfNull(speech);
        return _noise is null
            ? new MixedSpeech(speech, 1)
            : NoiseMixer.Mix(speech, _noise.Excerpt(speech.Length, new Random(seed)), _snrDb);
    }
}
