using Attune.Recognition.Models;

namespace Attune.Text.Models;

/// <summary>Every number of a text model that its graph, its network and its tokenizer need, as read from <c>config.json</c>.</summary>
/// <remarks>Immutable. Letters used with shapes: N batch, T tokens, P tokens before them, D hidden size, V vocabulary, L labels.</remarks>
public sealed record TextModelConfig
{
    /// <summary>Class the folder was saved from.</summary>
    public required TextArchitecture Architecture { get; init; }

    /// <summary>Tokens V.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Most tokens of one text, special ones included: the learned positions.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Width D of the transformer.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Number of transformer layers.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Attention heads per layer; divides <see cref="HiddenSize"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Width of the feed-forward blocks.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Activation of the feed-forward blocks.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Epsilon of every LayerNorm.</summary>
    public required double LayerNormEps { get; init; }

    /// <summary>Kinds of token (<c>type_vocab_size</c>) of BERT; 0 for GPT-2, which has none.</summary>
    public int TokenTypeCount { get; init; }

    /// <summary>Whether GPT-2's output layer is its table of token embeddings (<c>tie_word_embeddings</c>).</summary>
    public bool TiedHead { get; init; }

    /// <summary>Token of GPT-2 that stands before and after a text (<c>bos_token_id</c>).</summary>
    public int EndOfTextId { get; init; }

    /// <summary>Names of the L classes, by index; empty for GPT-2.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Width of one attention head.</summary>
    public int HeadSize => HiddenSize / HeadCount;
}
