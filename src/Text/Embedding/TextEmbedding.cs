using System.Numerics.Tensors;

namespace Attune.Text.Embedding;

/// <summary>Makes one vector of a text: the mean of what leaves the last layer, of length 1. Similar texts have a large inner product.</summary>
/// <remarks>Not thread-safe; the owner disposes it.</remarks>
public abstract class TextEmbedding : ITextWork
{
    private readonly float[] _sum;

    /// <param name="size">D.</param>
    /// <param name="tokenCount">Tokens of the text, special ones included.</param>
    /// <param name="unknownCount">Those that stand for something that the vocabulary does not have.</param>
    private protected TextEmbedding(int size, int tokenCount, int unknownCount) => (_sum, TokenCount, UnknownCount) = (new float[size], tokenCount, unknownCount);

    /// <summary>Tokens of the text, special ones included.</summary>
    public int TokenCount { get; }

    /// <summary>Those that stand for something that the vocabulary does not have.</summary>
    public int UnknownCount { get; }

    /// <summary>The vector, once there is no further piece: D values whose squares have the sum 1.</summary>
    public IReadOnlyList<float> Result
    {
        get
        {
            var vector = new float[_sum.Length];
            var length = TensorPrimitives.Norm(_sum);
            TensorPrimitives.Divide(_sum, length > 0 ? length : 1, vector);
            return vector;
        }
    }

    public abstract bool Advance(CancellationToken cancellationToken);

    public abstract void Dispose();

    /// <summary>D.</summary>
    private protected int Size => _sum.Length;

    /// <summary>Adds what a token became.</summary>
    private protected void Add(ReadOnlySpan<float> hidden) => TensorPrimitives.Add(_sum, hidden, _sum);

    /// <summary>Adds all that another embedding has added.</summary>
    private protected void Add(TextEmbedding other) => Add(other._sum);
}
