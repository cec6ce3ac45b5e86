using System.Runtime.InteropServices;
using Attune.Adaptation.Network;
using Attune.Text.Inference;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text;

/// <summary>What the trainable twins of the text graphs share: one copy of the frozen weights, and attention.</summary>
/// <remarks>
/// <para>As in <see cref="Wav2Vec2Network"/>, adaptable parameters are arguments, never state: any number of requests compute at the same time over
/// one copy of the frozen weights, and each row of a batch may have its own. Loss and gradients of a batch are</para>
/// <code>
/// using var parameters = new ParameterTensors(rows);                                  // one version for each text, or one for all
/// var losses = NextTokenObjective.Evaluate(network.Forward(parameters, batch), batch); // (N)
/// var gradients = parameters.Gradients(losses.sum());                                 // (N, P)
/// </code>
/// <para>Evaluation mode unless a <see cref="TrainingPass"/> is given: no dropout, every tensor float32. Thread-safe; the owner disposes it after the
/// last call.</para>
/// </remarks>
public abstract class TextNetwork : IDisposable
{
    private readonly Dictionary<string, Tensor> _frozen = new(StringComparer.Ordinal);
    private readonly TextModelLayout _layout;

    /// <summary>Copies a model's weights into tensors.</summary>
    private protected TextNetwork(TextModel model)
    {
        TorchRuntime.EnsureLoaded();
        (Config, _layout) = (model.Config, model.Layout);
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        foreach (var parameter in model.Layout.Parameters)
        {
            var values = empty([.. parameter.Shape], dtype: ScalarType.Float32);
            model.Weights.ReadFloats(parameter.Name, MemoryMarshal.Cast<byte, float>(values.bytes));
            _frozen.Add(parameter.Name, values.to(TorchRuntime.Device).DetachFromDisposeScope());
        }
    }

    private protected TextModelConfig Config { get; }

    public void Dispose()
    {
        foreach (var values in _frozen.Values) values.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The weights of one pass.</summary>
    /// <exception cref="ArgumentException">The parameters are for another number of texts.</exception>
    /// <exception cref="Attune.Text.TextException">TooLong: a text has more tokens than the model reads.</exception>
    private protected Weights Begin(ParameterTensors? parameters, TokenBatch batch, TrainingPass? training)
    {
        if (parameters is { IsBatched: true } && parameters.BatchSize != batch.Count)
            throw new ArgumentException($"The batch has {batch.Count} texts, the parameters are for {parameters.BatchSize}.", nameof(parameters));
        TokenLimits.Check(batch, earlier: null, Config);
        return new Weights(_frozen, parameters, training);
    }

    /// <summary>Embeddings of positions 0 to T - 1 of each text, shape (N, T, D).</summary>
    private protected Tensor Positions(Weights weights, string table, TokenBatch batch) =>
        weights.Embedding(table, TokenLimits.Positions(batch, earlier: null, Config), batch.Count);

    /// <summary>(N, T, D) as (N, heads, T, D / heads).</summary>
    private protected Tensor Heads(Tensor x) => x.view(x.shape[0], x.shape[1], Config.HeadCount, Config.HeadSize).transpose(1, 2);

    /// <summary>What each token takes from those that it sees, (N, T, D).</summary>
    /// <param name="query">Shape (N, heads, T, D / heads).</param>
    /// <param name="key">Of the same shape.</param>
    /// <param name="value">Of the same shape.</param>
    /// <param name="unseen">True where a token (second to last dimension) does not see another (last), or null; spread over the dimensions that it lacks.</param>
    private protected Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? unseen)
    {
        var scores = matmul(query.Times(1 / Math.Sqrt(Config.HeadSize)), key.transpose(-1, -2)); // (N, heads, T, T)
        if (unseen is not null) scores = scores.FilledWhere(unseen, double.NegativeInfinity);
        var mixed = matmul(nn.functional.softmax(scores, -1), value).transpose(1, 2); // (N, T, heads, D / heads)
        return mixed.reshape(mixed.shape[0], mixed.shape[1], Config.HiddenSize);
    }

    private protected Tensor LayerNorm(Weights weights, Tensor x, string name)
    {
        var (weight, bias) = _layout.NormNames(name);
        return weights.LayerNorm(x, weight, bias, Config.LayerNormEps);
    }

    private protected static Tensor Drop(Weights weights, Tensor x) => weights.Training is { } training ? training.Drop(x) : x;

    private protected static Tensor ToFloat32(Tensor x) => x.dtype == ScalarType.Float32 ? x : x.to(ScalarType.Float32);
}
