using System.Numerics.Tensors;

namespace Attune.Adaptation.Neighbours;

/// <summary>Utterances of one domain with the places where they lie, from the oldest to the newest.</summary>
/// <remarks>Immutable.</remarks>
public sealed class NeighbourSet
{
    private readonly Member[] _members;

    private NeighbourSet(Member[] members) => _members = members;

    /// <summary>Nobody.</summary>
    public static NeighbourSet Empty { get; } = new([]);

    /// <summary>Number of utterances.</summary>
    public int Count => _members.Length;

    /// <summary>Memory that they take, in bytes.</summary>
    public long Bytes => _members.Sum(member => sizeof(float) * ((long)member.Neighbour.Samples.Length + member.Embedding.Length));

    /// <summary>The set with one more, which is the newest.</summary>
    /// <param name="neighbour">The utterance.</param>
    /// <param name="embedding">Its place, by <see cref="UtteranceEmbedder"/>.</param>
    /// <param name="time">When it was served.</param>
    /// <param name="capacity">Most utterances; the oldest ones are left out.</param>
    public NeighbourSet With(Neighbour neighbour, ReadOnlyMemory<float> embedding, DateTimeOffset time, int capacity) =>
        new([.. _members.Append(new Member(neighbour, embedding, time)).TakeLast(capacity)]);

    /// <summary>The set without older ones.</summary>
    public NeighbourSet Since(DateTimeOffset time) => _members.All(member => member.Time >= time) ? this : new([.. _members.Where(member => member.Time >= time)]);

    /// <summary>Whether an utterance is in it.</summary>
    public bool Has(string id) => _members.Any(member => member.Neighbour.Id == id);

    /// <summary>The utterances most like one, the most similar first; of equally similar ones the newest.</summary>
    /// <param name="embedding">Its place.</param>
    /// <param name="count">Most of them.</param>
    /// <param name="floor">Least cosine between the places, from -1 to 1.</param>
    /// <param name="since">Older ones are left out.</param>
    public IReadOnlyList<Neighbour> Nearest(ReadOnlyMemory<float> embedding, int count, double floor, DateTimeOffset since = default) =>
    [
        .. _members.Reverse()
            .Where(member => member.Time >= since && member.Embedding.Length == embedding.Length)
            .Select(member => (member.Neighbour, Cosine: TensorPrimitives.Dot(member.Embedding.Span, embedding.Span)))
            .Where(found => found.Cosine >= floor)
            .OrderByDescending(found => found.Cosine)
            .Take(count)
            .Select(found => found.Neighbour),
    ];

    private sealed record Member(Neighbour Neighbour, ReadOnlyMemory<float> Embedding, DateTimeOffset Time);
}
