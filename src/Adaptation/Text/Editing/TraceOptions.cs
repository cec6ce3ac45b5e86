using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Text.Editing;

/// <summary>How a causal trace is made.</summary>
public sealed class TraceOptions
{
    /// <summary>Runs with different noise that are averaged. From 1 to 1,000. Default 10.</summary>
    [Range(1, 1000)]
    public int Samples { get; set; } = 10;

    /// <summary>Standard deviation of the noise, in standard deviations of the token embeddings' values. Above 0, at most 100. Default 3, as in ROME.</summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double Noise { get; set; } = 3;

    /// <summary>Layers restored at once around the one named, for parts of layers; states are restored one at a time. From 1 to 100. Default 1.</summary>
    [Range(1, 100)]
    public int Window { get; set; } = 1;

    /// <summary>What noise depends on. Default 0.</summary>
    public int Seed { get; set; }
}
