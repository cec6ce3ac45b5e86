using Attune.Adaptation;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Neighbours;
using Attune.Adaptation.Revisions;

namespace Attune.Server.Domains;

/// <summary>What a domain serves from. A request takes one and keeps it.</summary>
/// <param name="Domain">The domain's key.</param>
/// <param name="Current">The revision that serves; null for the model itself.</param>
/// <param name="Fallback">The good revision before it; null for the model itself.</param>
/// <remarks>Immutable.</remarks>
internal sealed record DomainSnapshot(string Domain, Revision? Current, Revision? Fallback)
{
    /// <summary>Number of the revision that serves.</summary>
    public long Number => Current?.Number ?? Revision.Source;

    /// <summary>Number of the one before it.</summary>
    public long FallbackNumber => Fallback?.Number ?? Revision.Source;

    /// <summary>The weights.</summary>
    public ServingWeights Weights => new(Current?.State, Fallback?.State);

    /// <summary>What it has learnt from of late, to be others' neighbours.</summary>
    public NeighbourSet Neighbours { get; init; } = NeighbourSet.Empty;

    /// <summary>Memory that it takes, in bytes.</summary>
    public long Bytes => SizeOf(Current) + SizeOf(Fallback) + Neighbours.Bytes;

    /// <summary>The revision that an utterance was served from; null for the model itself.</summary>
    public Revision? Served(RecognizedUtterance recognized) => recognized.Collapse?.ServedFrom switch
    {
        null or ServingSource.Current => Current,
        ServingSource.Fallback => Fallback,
        _ => null,
    };

    private static long SizeOf(Revision? revision) =>
        revision is null ? 0 : (revision.State.Moments is null ? 1L : 3L) * sizeof(float) * revision.State.Parameters.Values.Length;

    /// <summary>The model itself, for a domain that has learnt nothing or of which nothing can be read.</summary>
    public static DomainSnapshot Source(string domain) => new(domain, null, null);
}
