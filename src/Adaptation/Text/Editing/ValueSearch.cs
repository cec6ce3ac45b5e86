using Attune.Text.Inference;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Finds what a layer must recall for a subject, so that the model says the new object.</summary>
/// <remarks>
/// <para>Meng et al. 2022, "Locating and Editing Factual Associations in GPT" (ROME), arXiv 2202.05262, equation 4. With d added to what the layer's feed-forward
/// part adds to the state where the subject ends, and v that value before:</para>
/// <code>
/// loss(d) = mean over prompts of -log p(object | prompt; d) + essence KL(p(. | essence prompt) || p(. | essence prompt; d)) + decay |d|^2 / |v|^2
/// </code>
/// <para>-log p is the mean over the object's tokens. d starts at 0, moves by Adam, and is scaled back to the longest change allowed. The paper has a
/// length where the decay has its square. Belongs to one thread; the owner's dispose scope holds its tensors.</para>
/// </remarks>
internal sealed class ValueSearch
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    private readonly Gpt2Network _network;
    private readonly int _layer;
    private readonly EditOptions _options;
    private readonly double _length;
    private readonly TokenBatch _prompts;
    private readonly SubjectPlaces _places;
    private readonly int[] _from;
    private readonly TokenBatch? _essence;
    private readonly SubjectPlaces? _essencePlaces;
    private readonly Tensor? _essenceBefore;

    /// <param name="network">The model; not disposed.</param>
    /// <param name="layer">Where the change is made.</param>
    /// <param name="prompts">Prompts that end where the object follows, at least one.</param>
    /// <param name="target">Tokens of the object, at least one.</param>
    /// <param name="essence">Prompts about what the subject is; may be none.</param>
    /// <param name="valueLength">|v|.</param>
    /// <param name="options">Weights and steps.</param>
    public ValueSearch(
        Gpt2Network network,
        int layer,
        IReadOnlyList<SubjectPrompt> prompts,
        IReadOnlyList<int> target,
        IReadOnlyList<SubjectPrompt> essence,
        double valueLength,
        EditOptions options)
    {
        (_network, _layer, _options, _length) = (network, layer, options, valueLength);
        _prompts = new TokenBatch([.. prompts.Select(prompt => (IReadOnlyList<int>)[.. prompt.Tokens, .. target])]);
        _places = SubjectPlaces.Of(prompts, _prompts);
        _from = [.. prompts.Select(prompt => prompt.Tokens.Count)];
        if (essence.Count == 0) return;
        using var noGradients = no_grad();
        _essence = new TokenBatch([.. essence.Select(prompt => prompt.Tokens)]);
        _essencePlaces = SubjectPlaces.Of(essence, _essence);
        _essenceBefore = NextToken.LogProbabilities(network.Forward(null, _essence), _essence);
    }

    /// <summary>The loss of a change.</summary>
    /// <param name="change">d, float32, shape (D).</param>
    /// <returns>A scalar, differentiable in d. The caller's scope disposes.</returns>
    public Tensor Loss(Tensor change)
    {
        var logits = _network.Forward(null, _prompts, tap: AddTo(_places, change));
        var loss = NextTokenObjective.Evaluate(logits, _prompts, _from).mean();
        if (_essence is not null)
        {
            var after = NextToken.LogProbabilities(_network.Forward(null, _essence, tap: AddTo(_essencePlaces!, change)), _essence);
            var divergence = (_essenceBefore!.exp() * _essenceBefore.Minus(after)).sum(-1).mean();
            loss = loss.Plus(divergence.Times(_options.EssenceWeight));
        }

        return loss.Plus(change.Squared().sum().Times(_options.Decay / (_length * _length)));
    }

    /// <summary>Searches.</summary>
    /// <param name="size">D.</param>
    /// <param name="cancellationToken">Ends the search between steps.</param>
    public FoundValue Run(int size, CancellationToken cancellationToken)
    {
        var change = new float[size];
        var (first, second) = (new double[size], new double[size]);
        var rate = _options.StepSize * _length / Math.Sqrt(size);
        for (var step = 1; ; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (loss, gradient) = Gradient(change);
            if (loss <= _options.EnoughNats || step > _options.Steps) return new FoundValue(change, loss, step - 1);
            for (var i = 0; i < size; i++)
            {
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient[i]);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient[i] * gradient[i]);
                var mean = first[i] / (1 - Math.Pow(Beta1, step));
                change[i] -= (float)(rate * mean / (Math.Sqrt(second[i] / (1 - Math.Pow(Beta2, step))) + Epsilon));
            }

            Shorten(change, _options.LongestChange * _length);
        }
    }

    private (double Loss, float[] Gradient) Gradient(float[] change)
    {
        using var scope = NewDisposeScope();
        var leaf = tensor(change, device: TorchRuntime.Device).requires_grad_(true);
        var loss = Loss(leaf);
        var gradient = autograd.grad([loss], [leaf])[0];
        return (loss.item<float>(), gradient.cpu().data<float>().ToArray());
    }

    private static void Shorten(float[] change, double longest)
    {
        var length = Math.Sqrt(change.Sum(value => (double)value * value));
        if (length <= longest) return;
        for (var i = 0; i < change.Length; i++) change[i] *= (float)(longest / length);
    }

    private ActivationTap AddTo(SubjectPlaces places, Tensor change) =>
        (site, layer, values) => site == ActivationSite.FeedForward && layer == _layer ? places.Add(values, change) : values;
}
