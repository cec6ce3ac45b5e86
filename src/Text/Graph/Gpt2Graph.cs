using Attune.Recognition.Acoustic;
using Attune.Text.Models;

namespace Attune.Text.Graph;

/// <summary>Writes the ONNX graph of GPT-2 with keys and values of earlier tokens as inputs and outputs.</summary>
/// <remarks>
/// Radford et al. 2019, "Language Models are Unsupervised Multitask Learners", read as Hugging Face's implementation computes it in
/// evaluation mode. See <see cref="TransformerGraph"/>.
/// </remarks>
internal sealed class Gpt2Graph : TransformerGraph
{
    /// <summary>Input: of each row, the tokens whose logits are wanted, as indices into T; shape (N, K, 1).</summary>
    public const string Selected = "selected";

    private readonly Gpt2Layout _layout;

    private Gpt2Graph(TextModel model, AdaptableParameters? adaptable)
        : base(model, adaptable) => _layout = (Gpt2Layout)model.Layout;

    /// <summary>Input: keys of a layer's earlier tokens, shape (N, heads, P, D / heads).</summary>
    public static string PastKey(int layer) => $"past_key_{layer}";

    /// <summary>Input: values of a layer's earlier tokens.</summary>
    public static string PastValue(int layer) => $"past_value_{layer}";

    /// <summary>Output: keys of a layer's earlier and new tokens, shape (N, heads, P + T, D / heads).</summary>
    public static string PresentKey(int layer) => $"present_key_{layer}";

    /// <summary>Output: values of a layer's earlier and new tokens.</summary>
    public static string PresentValue(int layer) => $"present_value_{layer}";

    /// <summary>The serialised graph. Its logits have shape (N, K, V).</summary>
    /// <param name="model">Configuration and weights.</param>
    /// <param name="adaptable">Parameters that become inputs, with their default values; null for none.</param>
    public static byte[] Write(TextModel model, AdaptableParameters? adaptable) => new Gpt2Graph(model, adaptable).Write();

    private byte[] Write()
    {
        Graph.Input(Mask, "N", 1, "T", "P+T");
        Graph.IntegerInput(Selected, "N", "K", 1);
        for (var layer = 0; layer < Config.LayerCount; layer++)
        {
            Graph.Input(PastKey(layer), "N", Config.HeadCount, "P", Config.HeadSize);
            Graph.Input(PastValue(layer), "N", Config.HeadCount, "P", Config.HeadSize);
        }

        var x = Flatten(Layers.Add(Embed(_layout.Tokens, Tokens), Embed(_layout.Positions, Positions))); // (N T, D)
        for (var layer = 0; layer < Config.LayerCount; layer++)
        {
            x = Layers.Add(x, Attention(LayerNorm(x, _layout.Layer(layer, "ln_1")), layer));
            x = Layers.Add(x, FeedForward(LayerNorm(x, _layout.Layer(layer, "ln_2")), layer));
        }

        var hidden = Unflatten(LayerNorm(x, _layout.FinalNorm)); // (N, T, D)
        Graph.Output(hidden, Hidden, "N", "T", Config.HiddenSize);
        var wanted = Graph.Node("GatherND", [hidden, Selected], ("batch_dims", 1L)); // (N, K, D)
        var logits = Graph.Node("Gemm", [Flatten(wanted), Layers.Value(_layout.Head)], ("transB", 1L)); // (N K, V)
        var rows = Graph.Node("Slice", [Graph.Node("Shape", [Selected]), Graph.Integers(0), Graph.Integers(2)]); // N, K
        var shape = Graph.Node("Concat", [rows, Graph.Integers(Config.VocabularySize)], ("axis", 0L));
        Graph.Output(Graph.Node("Reshape", [logits, shape]), Logits, "N", "K", Config.VocabularySize);
        return Graph.Build();
    }

    private string Attention(string x, int layer)
    {
        var parts = Graph.Node("Split", [Layers.TransposedLinear(x, _layout.Layer(layer, "attn.c_attn"))], outputs: 3, ("axis", 1L), ("num_outputs", 3L)); // 3 of (N T, D)
        var key = Graph.Node("Concat", [PastKey(layer), Heads(parts[1])], ("axis", 2L));
        var value = Graph.Node("Concat", [PastValue(layer), Heads(parts[2])], ("axis", 2L));
        Graph.Output(key, PresentKey(layer), "N", Config.HeadCount, "P+T", Config.HeadSize);
        Graph.Output(value, PresentValue(layer), "N", Config.HeadCount, "P+T", Config.HeadSize);
        return Layers.TransposedLinear(Attend(Heads(parts[0]), key, value), _layout.Layer(layer, "attn.c_proj"));
    }

    private string FeedForward(string x, int layer) =>
        Layers.TransposedLinear(Layers.Activate(Layers.TransposedLinear(x, _layout.Layer(layer, "mlp.c_fc")), Config.Activation), _layout.Layer(layer, "mlp.c_proj"));
}
