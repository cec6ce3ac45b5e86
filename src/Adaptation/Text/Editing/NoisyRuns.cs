using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>One prompt read as it is (row 0) and with noise over its subject (the rows below), in one batch.</summary>
/// <remarks>Its tensors belong to the scope that it was made in; belongs to one thread.</remarks>
internal sealed class NoisyRuns
{
    private readonly Gpt2Network _network;
    private readonly TokenBatch _batch;
    private readonly Tensor _noise;

    /// <param name="network">The model; not disposed.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="samples">Rows with noise.</param>
    /// <param name="noise">Added to the embeddings, shape (samples, T, D).</param>
    public NoisyRuns(Gpt2Network network, SubjectPrompt prompt, int samples, Tensor noise)
    {
        _network = network;
        _batch = new TokenBatch([.. Enumerable.Repeat(prompt.Tokens, samples + 1)]);
        _noise = cat([zeros_like(noise.narrow(0, 0, 1)), noise], 0); // (samples + 1, T, D)
        using var scope = NewDisposeScope();
        var clean = Read((_, _, values) => values)[0];
        Answer = (int)clean.argmax().item<long>();
        Clean = Math.Exp(clean[Answer].item<float>());
    }

    /// <summary>The most probable token after the prompt.</summary>
    public int Answer { get; }

    /// <summary>Its probability in the clean run.</summary>
    public double Clean { get; }

    /// <summary>The mean probability of the answer in the runs with noise.</summary>
    /// <param name="tap">What is restored.</param>
    public double Probability(ActivationTap tap)
    {
        using var scope = NewDisposeScope();
        var probabilities = Read(tap).narrow(0, 1, _batch.Count - 1).exp(); // (samples, V)
        return probabilities.narrow(1, Answer, 1).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>True at one token, shape (1, T, 1).</summary>
    public Tensor MaskOf(int token)
    {
        var mask = new bool[1, _batch.Longest, 1];
        mask[0, token, 0] = true;
        return tensor(mask, device: TorchRuntime.Device);
    }

    /// <summary>An activation (N, T, size) with that of row 0 in every row where the mask is true.</summary>
    public static Tensor Restore(Tensor values, Tensor mask) => where(mask, values.narrow(0, 0, 1), values);

    private Tensor Read(ActivationTap tap) => NextToken.LogProbabilities(
        _network.Forward(null, _batch, tap: (site, layer, values) => tap(site, layer, site == ActivationSite.Embedding ? values.Plus(_noise) : values)),
        _batch);
}
