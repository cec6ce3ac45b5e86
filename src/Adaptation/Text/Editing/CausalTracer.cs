using System.Text;
using Attune.Text.Models;
using static TorchSharp.torch;

namespace Attune.Adaptation.Text.Editing;

/// <summary>Finds which activations carry a fact: noise takes the subject away, and one clean activation at a time brings the answer back, or not.</summary>
/// <remarks>
/// Meng et al. 2022, arXiv 2202.05262, section 2. One batch has the clean run in row 0 and a run for each sample of noise below it; to restore is to copy from
/// row 0. Belongs to one thread.
/// </remarks>
/// <param name="model">The model; not disposed.</param>
/// <param name="network">Its twin; not disposed.</param>
/// <param name="options">Noise and window.</param>
public sealed class CausalTracer(TextModel model, Gpt2Network network, TraceOptions options)
{
    private readonly Lazy<double> _deviation = new(() => Deviation(model));

    /// <summary>Traces the model's own answer to a prompt.</summary>
    /// <param name="prompt">A text that ends where the answer follows, with the subject in it.</param>
    /// <param name="subject">What is corrupted.</param>
    /// <param name="kind">What is restored.</param>
    /// <param name="cancellationToken">Ends the work between passes.</param>
    /// <exception cref="EditException">SubjectMissing, InvalidField.</exception>
    /// <exception cref="Attune.Text.TextException">InvalidUnicode, TooLong.</exception>
    public CausalTrace Trace(string prompt, string subject, TraceKind kind, CancellationToken cancellationToken)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        var encoded = SubjectPrompt.Encode(model.Tokenizer, FactEdit.WithSubject("prompt", prompt, subject), subject);
        var runs = new NoisyRuns(network, encoded, options.Samples, Noise(encoded));
        var restored = new List<IReadOnlyList<double>>();
        for (var token = 0; token < encoded.Tokens.Count; token++)
        {
            var layers = new double[model.Config.LayerCount];
            for (var layer = 0; layer < layers.Length; layer++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                layers[layer] = runs.Probability(Copy(runs, kind, token, layer));
            }

            restored.Add(layers);
        }

        return new CausalTrace(
            kind,
            [.. encoded.Tokens.Select(Spell)],
            encoded.SubjectStart,
            encoded.SubjectEnd,
            Spell(runs.Answer),
            runs.Clean,
            runs.Probability((_, _, values) => values),
            restored);
    }

    private string Spell(int token) => Encoding.UTF8.GetString(model.Tokenizer.Bytes(token));

    private ActivationTap Copy(NoisyRuns runs, TraceKind kind, int token, int layer)
    {
        var place = kind switch
        {
            TraceKind.State => ActivationSite.State,
            TraceKind.FeedForward => ActivationSite.FeedForward,
            _ => ActivationSite.Attention,
        };
        var first = kind == TraceKind.State ? layer : layer - ((options.Window - 1) / 2);
        var last = kind == TraceKind.State ? layer : first + options.Window - 1;
        var mask = runs.MaskOf(token);
        return (site, at, values) => site == place && at >= first && at <= last ? NoisyRuns.Restore(values, mask) : values;
    }

    /// <summary>Normal noise for the subject's tokens, shape (samples, T, D), zero elsewhere.</summary>
    private Tensor Noise(SubjectPrompt prompt)
    {
        var random = new Random(options.Seed);
        var noise = new float[options.Samples, prompt.Tokens.Count, model.Config.HiddenSize];
        for (var sample = 0; sample < options.Samples; sample++)
        {
            for (var token = prompt.SubjectStart; token <= prompt.SubjectEnd; token++)
            {
                for (var i = 0; i < model.Config.HiddenSize; i++) noise[sample, token, i] = (float)(options.Noise * _deviation.Value * Normal(random));
            }
        }

        return tensor(noise, device: TorchRuntime.Device);
    }

    /// <summary>Box and Muller's transform.</summary>
    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Deviation(TextModel model)
    {
        var values = model.Weights.ReadFloats(((Gpt2Layout)model.Layout).Tokens + ".weight");
        var mean = values.Average(value => (double)value);
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
