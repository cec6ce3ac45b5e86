using Attune.Recognition.Acoustic;
using Attune.Recognition.Graph;
using Attune.Text.Models;

namespace Attune.Text.Graph;

/// <summary>What the graphs of all text models share: inputs, embedding tables and attention.</summary>
/// <remarks>
/// <para>Vaswani et al. 2017, "Attention Is All You Need", arXiv 1706.03762, section 3.2. Inside, activations are (N T, D): tokens of all rows below each
/// other, so that weights are used as they lie in their file.</para>
/// <para>Which token sees which is decided outside: the mask is added to the scores, 0 where a token is seen and a large negative number where
/// it is not.</para>
/// </remarks>
internal abstract class TransformerGraph
{
    /// <summary>Input: ids of the tokens, shape (N, T).</summary>
    public const string Tokens = "tokens";

    /// <summary>Input: position of each token in its text, shape (N, T).</summary>
    public const string Positions = "positions";

    /// <summary>Input: what is added to the scores of attention, shape (N, 1, T or 1, P + T).</summary>
    public const string Mask = "mask";

    /// <summary>Output: unnormalised log-probabilities.</summary>
    public const string Logits = "logits";

    /// <summary>Output: what leaves the last layer, shape (N, T, D).</summary>
    public const string Hidden = "hidden";

    private readonly string _headShape;
    private readonly string _rowShape;
    private readonly TextModelLayout _layout;

    protected TransformerGraph(TextModel model, AdaptableParameters? adaptable)
    {
        (Config, _layout) = (model.Config, model.Layout);
        Layers = new LayerBuilder(Graph, model.Weights, model.Layout.Parameters, adaptable);
        Graph.IntegerInput(Tokens, "N", "T");
        Graph.IntegerInput(Positions, "N", "T");
        var batch = Graph.Node("Shape", [Tokens]);
        _headShape = Graph.Node("Concat", [batch, Graph.Integers(Config.HeadCount, Config.HeadSize)], ("axis", 0L));
        _rowShape = Graph.Node("Concat", [batch, Graph.Integers(Config.HiddenSize)], ("axis", 0L));
    }

    protected GraphBuilder Graph { get; } = new();

    protected LayerBuilder Layers { get; }

    protected TextModelConfig Config { get; }

    /// <summary>Rows of an embedding table, (N, T, D).</summary>
    protected string Embed(string table, string ids) => Graph.Node("Gather", [Layers.Value(table + ".weight"), ids], ("axis", 0L));

    /// <summary>(N, T, D) as (N T, D).</summary>
    protected string Flatten(string x) => Graph.Node("Reshape", [x, Graph.Integers(-1, Config.HiddenSize)]);

    /// <summary>(N T, D) as (N, T, D).</summary>
    protected string Unflatten(string x) => Graph.Node("Reshape", [x, _rowShape]);

    /// <summary>(N T, D) as (N, heads, T, D / heads).</summary>
    protected string Heads(string x) => Layers.Transpose(Graph.Node("Reshape", [x, _headShape]), 0, 2, 1, 3);

    /// <summary>What each token takes from those that it sees, (N T, D).</summary>
    /// <param name="query">Shape (N, heads, T, D / heads).</param>
    /// <param name="key">Shape (N, heads, P + T, D / heads).</param>
    /// <param name="value">Shape (N, heads, P + T, D / heads).</param>
    protected string Attend(string query, string key, string value)
    {
        var scaled = Graph.Node("Mul", [query, Graph.Scalar(1 / MathF.Sqrt(Config.HeadSize))]);
        var scores = Graph.Node("MatMul", [scaled, Layers.Transpose(key, 0, 1, 3, 2)]); // (N, heads, T, P + T)
        var weights = Graph.Node("Softmax", [Layers.Add(scores, Mask)], ("axis", -1L));
        return Flatten(Layers.Transpose(Graph.Node("MatMul", [weights, value]), 0, 2, 1, 3));
    }

    protected string LayerNorm(string x, string name)
    {
        var (weight, bias) = _layout.NormNames(name);
        return Layers.LayerNorm(x, weight, bias, (float)Config.LayerNormEps);
    }
}
