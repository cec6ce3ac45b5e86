using static TorchSharp.torch;

namespace Attune.Adaptation.Objectives;

/// <summary>CTC on what the weights themselves recognise at the moment: dynamic pseudo-labels. For comparison.</summary>
/// <remarks>
/// The baseline SDPL of Lin, Li and Lee 2022, arXiv 2203.14222, section 3.4: the most probable symbols, repetitions merged and blanks dropped,
/// are taken for the transcript, anew at each step. An utterance of blanks alone has a loss of 0 and no gradient. Immutable and thread-safe.
/// </remarks>
/// <param name="blankId">Index of the CTC blank.</param>
public sealed class PseudoLabelObjective(int blankId)
{
    private readonly CtcObjective _ctc = new(blankId);

    /// <summary>Loss of each utterance of a batch, per label.</summary>
    /// <inheritdoc cref="SutaObjective.Evaluate"/>
    public SutaTerms Evaluate(Tensor logits, IReadOnlyList<int> frameCounts)
    {
        var losses = new List<Tensor>();
        var allBlank = new List<bool>();
        for (var row = 0; row < frameCounts.Count; row++)
        {
            var one = logits.narrow(0, row, 1); // (1, T', V)
            var labels = Labels(one, frameCounts[row], blankId);
            allBlank.Add(labels.Length == 0);
            losses.Add(labels.Length == 0 ? one.sum().Times(0) : _ctc.Evaluate(one, [frameCounts[row]], [labels]));
        }

        var loss = stack(losses); // (N)
        var nothing = zeros_like(loss);
        return new SutaTerms(loss, nothing, nothing, tensor(allBlank.ToArray(), device: TorchRuntime.Device));
    }

    /// <summary>What one utterance's logits of shape (1, T', V) spell.</summary>
    internal static int[] Labels(Tensor logits, int frames, int blankId)
    {
        using var scope = NewDisposeScope();
        var symbols = logits[0].narrow(0, 0, frames).argmax(-1).cpu().data<long>().ToArray();
        return [.. symbols.Where((symbol, i) => symbol != blankId && (i == 0 || symbol != symbols[i - 1])).Select(symbol => (int)symbol)];
    }
}
