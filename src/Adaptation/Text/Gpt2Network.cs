using Attune.Adaptation.Network;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>GPT-2 as a function of frozen weights, adaptable parameters and tokens: the trainable twin of the ONNX graph.</summary>
/// <inheritdoc cref="TextNetwork" path="/remarks"/>
public sealed class Gpt2Network : TextNetwork
{
    private readonly Gpt2Layout _layout;

    /// <summary>Copies a model's weights into tensors.</summary>
    /// <param name="model">Of GPT-2; not disposed.</param>
    /// <exception cref="ArgumentException">It is of another family.</exception>
    public Gpt2Network(TextModel model)
        : base(model) =>
        _layout = model.Layout as Gpt2Layout ?? throw new ArgumentException($"The model must be a GPT-2. Given: {model.Config.Architecture}.", nameof(model));

    /// <summary>Logits of what follows each token.</summary>
    /// <param name="parameters">Values for every row, or one set for all of them; null for the model's own.</param>
    /// <param name="batch">Tokens. A padded batch gives what its texts give alone.</param>
    /// <param name="training">How the pass differs from evaluation; null for evaluation. Its mask is for speech and must be null.</param>
    /// <param name="tap">Sees activations, and may put others in their place; null for nobody.</param>
    /// <returns>Float32, shape (N, T, V); texts shorter than the longest end in meaningless rows. The caller's scope disposes.</returns>
    /// <exception cref="Attune.Text.TextException">TooLong.</exception>
    public Tensor Forward(ParameterTensors? parameters, TokenBatch batch, TrainingPass? training = null, ActivationTap? tap = null)
    {
        tap ??= (_, _, values) => values;
        var weights = Begin(parameters, batch, training);
        var x = weights.Embedding(_layout.Tokens, batch.Ids, batch.Count).Plus(Positions(weights, _layout.Positions, batch)); // (N, T, D)
        x = tap(ActivationSite.Embedding, -1, Drop(weights, x));
        var unseen = Later(batch.Longest);
        for (var layer = 0; layer < Config.LayerCount; layer++)
        {
            var attended = Attention(weights, LayerNorm(weights, x, _layout.Layer(layer, "ln_1")), layer, unseen);
            x = x.Plus(Drop(weights, tap(ActivationSite.Attention, layer, attended)));
            var recalled = FeedForward(weights, LayerNorm(weights, x, _layout.Layer(layer, "ln_2")), layer, tap);
            x = x.Plus(Drop(weights, tap(ActivationSite.FeedForward, layer, recalled)));
            x = tap(ActivationSite.State, layer, x);
        }

        x = ToFloat32(LayerNorm(weights, x, _layout.FinalNorm));
        return Weights.Affine(x, weights[_layout.Head], bias: null);
    }

    private Tensor Attention(Weights weights, Tensor x, int layer, Tensor unseen)
    {
        var parts = weights.TransposedLinear(x, _layout.Layer(layer, "attn.c_attn")).chunk(3, -1); // 3 of (N, T, D)
        return weights.TransposedLinear(Attend(Heads(parts[0]), Heads(parts[1]), Heads(parts[2]), unseen), _layout.Layer(layer, "attn.c_proj"));
    }

    private Tensor FeedForward(Weights weights, Tensor x, int layer, ActivationTap tap)
    {
        x = Activations.Apply(weights.TransposedLinear(x, _layout.Layer(layer, "mlp.c_fc")), Config.Activation);
        return weights.TransposedLinear(tap(ActivationSite.Key, layer, x), _layout.Layer(layer, "mlp.c_proj"));
    }

    /// <summary>True where the second token comes after the first, shape (T, T). Padding comes after everything real, so nothing real sees it.</summary>
    private static Tensor Later(int tokens)
    {
        var later = new bool[tokens, tokens];
        for (var token = 0; token < tokens; token++)
        {
            for (var other = token + 1; other < tokens; other++) later[token, other] = true;
        }

        return tensor(later, device: TorchRuntime.Device);
    }
}
