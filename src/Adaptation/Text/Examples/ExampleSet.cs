using System.Numerics.Tensors;

namespace Attune.Adaptation.Text.Examples;

/// <summary>An example with the place where it lies, and its end.</summary>
/// <param name="Example">The example.</param>
/// <param name="Embedding">Its vector by the frozen model, of length 1.</param>
/// <param name="Expires">When it is gone.</param>
public sealed record EmbeddedExample(TextExample Example, ReadOnlyMemory<float> Embedding, DateTimeOffset Expires);

/// <summary>The examples of one domain for one model.</summary>
/// <remarks>Immutable.</remarks>
/// <param name="members">Examples, the one first that expires first.</param>
public sealed class ExampleSet(IReadOnlyList<EmbeddedExample> members)
{
    /// <summary>None.</summary>
    public static ExampleSet Empty { get; } = new([]);

    /// <summary>The examples, those included that have expired meanwhile.</summary>
    public IReadOnlyList<EmbeddedExample> Members => members;

    /// <summary>Memory that they take, in bytes, roughly.</summary>
    public long Bytes { get; } = members.Sum(member => (sizeof(float) * (long)member.Embedding.Length) + (sizeof(char) * (long)member.Example.Text.Length) + 128);

    /// <summary>The examples most like a text, the most similar first; of equally similar ones the one that expires last.</summary>
    /// <param name="embedding">The text's vector by the same model.</param>
    /// <param name="count">Most of them.</param>
    /// <param name="floor">Least cosine between the vectors, from -1 to 1.</param>
    /// <param name="labelled">Whether only examples with a label are looked for.</param>
    /// <param name="now">Those that have expired by then are left out.</param>
    /// <param name="without">Tells by the id which are left out; null for none.</param>
    public IReadOnlyList<TextExample> Nearest(
        ReadOnlyMemory<float> embedding, int count, double floor, bool labelled, DateTimeOffset now, Func<string, bool>? without = null) =>
    [
        .. members.Reverse()
            .Where(member => without?.Invoke(member.Example.Id) != true)
            .Where(member => member.Expires > now && (!labelled || member.Example.Label is not null) && member.Embedding.Length == embedding.Length)
            .Select(member => (member.Example, Cosine: TensorPrimitives.Dot(member.Embedding.Span, embedding.Span)))
            .Where(found => found.Cosine >= floor)
            .OrderByDescending(found => found.Cosine)
            .Take(count)
            .Select(found => found.Example),
    ];
}
