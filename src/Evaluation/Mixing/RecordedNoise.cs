namespace Attune.Evaluation.Mixing;

/// <summary>A recording that is looped: from its last sample it goes on with its first.</summary>
/// <remarks>Immutable as long as nobody writes to the samples; thread-safe.</remarks>
public sealed class RecordedNoise : INoise
{
    private readonly ReadOnlyMemory<float> _samples;
    private readonly int _loudest;

    /// <param name="samples">Finite amplitudes at the speech's rate; not all of them 0. Not copied.</param>
    public RecordedNoise(ReadOnlyMemory<float> samples)
    {
        _samples = samples;
        for (var i = 1; i < samples.Length; i++)
        {
            if (Math.Abs(samples.Span[i]) > Math.Abs(samples.Span[_loudest])) _loudest = i;
        }

        if (samples.IsEmpty || samples.Span[_loudest] == 0)
            throw new ArgumentException("A noise needs at least one sample that is not 0.", nameof(samples));
    }

    /// <summary>A stretch from a drawn sample on; where that is silent throughout, from the loudest sample on.</summary>
    public float[] Excerpt(int length, Random random)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentNullException.ThrowIfNull(random);
        var excerpt = From(random.Next(_samples.Length), length);
        return excerpt.AsSpan().ContainsAnyExcept(0f) ? excerpt : From(_loudest, length);
    }

    private float[] From(int start, int length)
    {
        var samples = _samples.Span;
        var excerpt = new float[length];
        for (var i = 0; i < length; i++) excerpt[i] = samples[(int)(((long)start + i) % samples.Length)];
        return excerpt;
    }
}
