using Attune.Recognition.Models;

namespace Attune.Text.Models;

/// <summary>The parameters of <c>GPT2LMHeadModel</c>.</summary>
/// <remarks>Linear layers of the transformer store their weight as (inputs, outputs). Immutable.</remarks>
public sealed class Gpt2Layout : TextModelLayout
{
    private readonly TextModelConfig _config;

    /// <param name="config">Sizes.</param>
    /// <param name="prefix"><c>transformer.</c>, or nothing as in the first published checkpoints.</param>
    public Gpt2Layout(TextModelConfig config, string prefix)
        : base(prefix)
    {
        _config = config;
        Parameters = [.. List()];
    }

    public override IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>Embeddings of tokens, (V, D).</summary>
    public string Tokens => Prefix + "wte";

    /// <summary>Embeddings of positions.</summary>
    public string Positions => Prefix + "wpe";

    /// <summary>LayerNorm after the last layer.</summary>
    public string FinalNorm => Prefix + "ln_f";

    /// <summary>Weight of the output layer, (V, D), which has no bias: the embeddings of tokens unless the model says otherwise.</summary>
    public string Head => _config.TiedHead ? Tokens + ".weight" : "lm_head.weight";

    /// <summary>A module of transformer layer <paramref name="layer"/>, for example <c>attn.c_attn</c>.</summary>
    public string Layer(int layer, string module) => $"{Prefix}h.{layer}.{module}";

    private IEnumerable<ModelParameter> List()
    {
        var hidden = _config.HiddenSize;
        yield return Table(Tokens, _config.VocabularySize, hidden);
        yield return Table(Positions, _config.ContextLength, hidden);
        for (var layer = 0; layer < _config.LayerCount; layer++)
        {
            foreach (var parameter in TransformerLayer(layer)) yield return parameter;
        }

        foreach (var parameter in Norm(FinalNorm, hidden, ModelPart.Encoder)) yield return parameter;
        if (!_config.TiedHead) yield return new(Head, [_config.VocabularySize, hidden], ModelPart.Head);
    }

    private IEnumerable<ModelParameter> TransformerLayer(int layer)
    {
        var (hidden, inner) = (_config.HiddenSize, _config.IntermediateSize);
        return
        [
            .. Norm(Layer(layer, "ln_1"), hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "attn.c_attn"), 3 * hidden, hidden, ModelPart.TransformerLayer, layer, isTransposed: true),
            .. Linear(Layer(layer, "attn.c_proj"), hidden, hidden, ModelPart.TransformerLayer, layer, isTransposed: true),
            .. Norm(Layer(layer, "ln_2"), hidden, ModelPart.TransformerLayer, layer),
            .. Linear(Layer(layer, "mlp.c_fc"), inner, hidden, ModelPart.TransformerLayer, layer, isTransposed: true),
            .. Linear(Layer(layer, "mlp.c_proj"), hidden, inner, ModelPart.TransformerLayer, layer, isTransposed: true),
        ];
    }
}
