using System.Text.Json.Serialization;
using Attune.Adaptation.Revisions;

namespace Attune.Adaptation.Slow;

/// <summary>Everything that a domain's learning needs to go on after a restart, besides its revisions and buffered utterances.</summary>
/// <remarks>
/// Immutable. <c>System.Text.Json</c> writes and reads it as it is, exactly; stored together with the revision that it belongs to. A new
/// domain begins with <see cref="New"/>.
/// </remarks>
public sealed record LearningState
{
    /// <summary>Most revisions that <see cref="Good"/> remembers.</summary>
    public const int MaxGood = 3;

    /// <summary>A domain that has learnt nothing.</summary>
    public static LearningState New { get; } = new();

    /// <summary>Number of the last candidate; the next one is the number after it.</summary>
    public long LastRevision { get; init; }

    /// <summary>
    /// Revisions that passed the gate and have not been found collapsed since the last reset, oldest first, at most <see cref="MaxGood"/>. The last one
    /// serves, and is what the next update starts from; none stands for the model itself.
    /// </summary>
    public IReadOnlyList<long> Good { get; init; } = [];

    /// <summary>Utterances learnt from since the last reset.</summary>
    public int Utterances { get; init; }

    /// <summary>Revision whose parameters were remembered after half of the reset window (phi_D); null before. 0 is the model itself.</summary>
    public long? DomainWeights { get; init; }

    /// <summary>Loss with the remembered parameters minus loss with the model's, of each utterance in the window's second half so far.</summary>
    public IReadOnlyList<double> LossImprovements { get; init; } = [];

    /// <summary>Distribution of the loss improvements; null until the window is full.</summary>
    public Gaussian? Improvement { get; init; }

    /// <summary>Buffers in a row that spoke for a reset.</summary>
    public int BuffersAbove { get; init; }

    /// <summary>Number of the revision that serves; <see cref="Revision.Source"/> for the model itself.</summary>
    [JsonIgnore]
    public long Current => Good.Count == 0 ? Revision.Source : Good[^1];

    /// <summary>Number of the revision that serves when the current one is found collapsed.</summary>
    [JsonIgnore]
    public long Fallback => Good.Count < 2 ? Revision.Source : Good[^2];

    /// <summary>Numbers of the revisions that must be kept for the domain to go on; all others are kept for inspection only.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Needed => [.. Good.Append(DomainWeights ?? Revision.Source).Where(number => number != Revision.Source).Distinct()];

    /// <summary>The state after a reset to the model: nothing is learnt yet; numbers go on.</summary>
    public LearningState Reset() => New with { LastRevision = LastRevision };

    /// <summary>
    /// The state after a revision was found collapsed: the good one before it serves, or the model. What was measured with later
    /// weights is forgotten, as after a reset. A revision that no longer serves changes nothing.
    /// </summary>
    public LearningState WithoutCollapsed(long revision) => revision == Current && revision != Revision.Source
        ? Reset() with { Good = [.. Good.SkipLast(1)] }
        : this;
}
