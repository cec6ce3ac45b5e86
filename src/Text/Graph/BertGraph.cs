using Attune.Recognition.Acoustic;
using Attune.Text.Models;

namespace Attune.Text.Graph;

/// <summary>Writes the ONNX graph of a BERT classifier.</summary>
/// <remarks>
/// Devlin et al. 2018, "BERT: Pre-training of Deep Bidirectional Transformers", arXiv 1810.04805, read as Hugging Face's implementation computes it
/// in evaluation mode. See <see cref="TransformerGraph"/>.
/// </remarks>
internal sealed class BertGraph : TransformerGraph
{
    /// <summary>Input: type of each token, 0 for the first text of a pair and 1 for the second, shape (N, T).</summary>
    public const string TokenTypes = "token_types";

    private readonly BertLayout _layout;

    private BertGraph(TextModel model, AdaptableParameters? adaptable)
        : base(model, adaptable) => _layout = (BertLayout)model.Layout;

    /// <summary>The serialised graph. Its logits have shape (N, L).</summary>
    /// <param name="model">Configuration and weights.</param>
    /// <param name="adaptable">Parameters that become inputs, with their default values; null for none.</param>
    public static byte[] Write(TextModel model, AdaptableParameters? adaptable) => new BertGraph(model, adaptable).Write();

    private byte[] Write()
    {
        Graph.Input(Mask, "N", 1, 1, "T");
        Graph.IntegerInput(TokenTypes, "N", "T");
        var sum = Layers.Add(Embed(_layout.Tokens, Tokens), Embed(_layout.TokenTypes, TokenTypes));
        var x = LayerNorm(Flatten(Layers.Add(sum, Embed(_layout.Positions, Positions))), _layout.EmbeddingNorm); // (N T, D)
        for (var layer = 0; layer < Config.LayerCount; layer++)
        {
            x = LayerNorm(Layers.Add(x, Attention(x, layer)), _layout.Layer(layer, "attention.output.LayerNorm"));
            x = LayerNorm(Layers.Add(x, FeedForward(x, layer)), _layout.Layer(layer, "output.LayerNorm"));
        }

        var hidden = Unflatten(x); // (N, T, D)
        Graph.Output(hidden, Hidden, "N", "T", Config.HiddenSize);
        var first = Graph.Node("Squeeze", [Graph.Node("Slice", [hidden, Graph.Integers(0), Graph.Integers(1), Graph.Integers(1)]), Graph.Integers(1)]); // (N, D)
        var pooled = Graph.Node("Tanh", [Layers.Linear(first, _layout.Pooler)]);
        Graph.Output(Layers.Linear(pooled, _layout.Head), Logits, "N", Config.Labels.Count);
        return Graph.Build();
    }

    private string Attention(string x, int layer)
    {
        string Projected(string module) => Heads(Layers.Linear(x, _layout.Layer(layer, "attention.self." + module)));

        return Layers.Linear(Attend(Projected("query"), Projected("key"), Projected("value")), _layout.Layer(layer, "attention.output.dense"));
    }

    private string FeedForward(string x, int layer) => Layers.Linear(
        Layers.Activate(Layers.Linear(x, _layout.Layer(layer, "intermediate.dense")), Config.Activation), _layout.Layer(layer, "output.dense"));
}
