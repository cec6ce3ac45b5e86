namespace Attune.Adaptation.Neighbours;

/// <summary>Which utterances are to join a fast update.</summary>
/// <param name="Count">Most of them, from 0: then all that is wanted is the place of the utterance.</param>
/// <param name="Find">
/// Those most like an utterance that lies at a place of <see cref="UtteranceEmbedder"/>, the most similar first, at most <paramref name="Count"/>. Asked once, on the thread of the update.
/// </param>
public sealed record NeighbourSearch(int Count, Func<ReadOnlyMemory<float>, IReadOnlyList<Neighbour>> Find);
