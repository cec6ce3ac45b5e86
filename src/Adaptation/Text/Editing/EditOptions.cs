using System.ComponentModel.DataAnnotations;

namespace Attune.Adaptation.Text.Editing;

/// <summary>How facts are edited.</summary>
/// <remarks>
/// Lengths are relative to the value that the layer recalls for the subject before, so that one setting serves models of different size.
/// </remarks>
public sealed class EditOptions
{
    /// <summary>Steps of the search for a value, at most. From 1 to 1,000. Default 60.</summary>
    [Range(1, 1000)]
    public int Steps { get; set; } = 60;

    /// <summary>Step size of each coordinate, as a share of the root mean square of the value before. Above 0, at most 10. Default 0.1.</summary>
    [Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double StepSize { get; set; } = 0.1;

    /// <summary>Loss, in nats, at which the search is done. From 0 to 10. Default 0.05.</summary>
    [Range(0.0, 10.0)]
    public double EnoughNats { get; set; } = 0.05;

    /// <summary>Weight of the divergence of what follows the essence prompts. From 0 to 100. Default 1.</summary>
    [Range(0.0, 100.0)]
    public double EssenceWeight { get; set; } = 1;

    /// <summary>Weight of the squared length of the change, relative to that of the value before. From 0 to 100. Default 0.01.</summary>
    [Range(0.0, 100.0)]
    public double Decay { get; set; } = 0.01;

    /// <summary>Longest change, relative to the length of the value before. Above 0, at most 100. Default 4.</summary>
    [Range(0.0, 100.0, MinimumIsExclusive = true)]
    public double LongestChange { get; set; } = 4;

    /// <summary>
    /// What is added to the diagonal of the keys' second moment, as a share of its mean: directions that the text does not show are not free. Above 0, at most 1.
    /// Default 0.01.
    /// </summary>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Ridge { get; set; } = 0.01;
}
