using Attune.Adaptation.Network;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Decoding;
using static TorchSharp.torch;

namespace Attune.Adaptation.Objectives;

/// <summary>The objective of SGEM: Rényi entropy of the outputs along the transcript that a beam search finds, and negative sampling.</summary>
/// <remarks>
/// <para>Kim, Park, Shim and Yang 2023, "SGEM: Test-Time Adaptation for Automatic Speech Recognition via Sequential-Level Generalized Entropy Minimization",
/// arXiv 2306.01981, section 3, with the constants of the authors' configuration for CTC models (conf/config_sgem_ctc.yaml of drumpt/SGEM). With logits z:</para>
/// <list type="number">
/// <item>outputs: o_t = z_t + 0.3 l_t, where l_t is what language adds for each symbol after what the best transcript of a beam search of width 5 has written
/// before frame t, without gradient (<see cref="LanguageLogits"/>);</item>
/// <item>entropy: p = softmax(o / 2.5); mean of ln(sum_v p_v^alpha) / (1 - alpha), alpha = 1.5, over the frames whose largest output is not the blank's; 0 if there
/// is none;</item>
/// <item>negative sampling: N_t holds the symbols v with softmax(o_t)_v below 0.4 / V; mean over all frames of -ln(1 - sum of p_v over N_t), after Chen et al. 2020,
/// "Negative sampling in semi-supervised learning", arXiv 1911.05166;</item>
/// <item>loss = entropy + negative sampling.</item>
/// </list>
/// <para>A frame of a CTC model does not depend on what was written before it: without language no transcript changes the outputs, o = z, and there is nothing to
/// search for. Where every frame is blank, the authors' mean is over nothing; here it is 0. Their optimizer (ten steps, rate falling from 4e-5 to 2e-5, feature
/// extractor only) is not part of the objective.</para>
/// <para>Immutable and thread-safe.</para>
/// </remarks>
/// <param name="blankId">Index of the CTC blank.</param>
/// <param name="language">What language adds, by a search of width <see cref="BeamWidth"/>; null for nothing.</param>
public sealed class SgemObjective(int blankId, LanguageLogits? language = null)
{
    /// <summary>alpha of the entropy. 1.5, as published.</summary>
    public const double Order = 1.5;

    /// <summary>Divides the outputs. 2.5, as published.</summary>
    public const double Temperature = 2.5;

    /// <summary>Share of the uniform distribution's probability 1 / V below which a symbol is a negative one. 0.4, as published.</summary>
    public const double NegativeShare = 0.4;

    /// <summary>Weight of what language adds. 0.3, as published.</summary>
    public const double LanguageShare = 0.3;

    /// <summary>Prefixes that the search for the transcript keeps. 5, as published.</summary>
    public const int BeamWidth = 5;

    /// <summary>Loss of each utterance of a batch.</summary>
    /// <inheritdoc cref="SutaObjective.Evaluate"/>
    public SutaTerms Evaluate(Tensor logits, IReadOnlyList<int> frameCounts)
    {
        var mask = new FrameMask(frameCounts, logits.shape[1]);
        var outputs = language is null ? logits : logits.Plus(LanguageOf(logits, frameCounts, language).Times(LanguageShare));
        var logProbabilities = nn.functional.log_softmax(outputs.Over(Temperature), -1); // (N, T', V)

        var notBlank = outputs.argmax(-1).DiffersFrom(blankId);
        if (mask.Valid is { } valid) notBlank = notBlank.logical_and(valid);
        var count = notBlank.sum(-1); // (N)
        var entropy = (RenyiEntropy.Of(logProbabilities, Order) * notBlank).sum(-1) / count.AtLeast(1);

        var loss = entropy.Plus(NegativeSampling(outputs, logProbabilities, mask));
        return new SutaTerms(loss, entropy, zeros_like(entropy), count.EqualTo(0));
    }

    private static Tensor NegativeSampling(Tensor outputs, Tensor logProbabilities, FrameMask mask)
    {
        var negative = nn.functional.log_softmax(outputs.detach(), -1).IsBelow(Math.Log(NegativeShare / outputs.shape[^1]));
        // 1 less the sum over the negative ones is the sum over the others, which are never none: some symbol is as probable as 1 / V.
        var losses = -logProbabilities.FilledWhere(negative, double.NegativeInfinity).logsumexp(-1); // (N, T')
        if (mask.Valid is { } valid) losses = losses * valid;
        return losses.sum(-1) / tensor(mask.Counts.Select(frames => (float)frames).ToArray(), device: TorchRuntime.Device);
    }

    /// <summary>What language adds in each utterance, of the shape of the logits; 0 in padding.</summary>
    private static Tensor LanguageOf(Tensor logits, IReadOnlyList<int> frameCounts, LanguageLogits language)
    {
        using var scope = NewDisposeScope();
        var (frames, symbols) = ((int)logits.shape[1], (int)logits.shape[2]);
        var values = new float[frameCounts.Count * frames * symbols];
        for (var row = 0; row < frameCounts.Count; row++)
        {
            var heard = logits[row].narrow(0, 0, frameCounts[row]).detach().cpu().to(ScalarType.Float32).contiguous();
            language.Along(new Logits(heard.data<float>().ToArray(), symbols)).CopyTo(values, row * frames * symbols);
        }

        return tensor(values, [frameCounts.Count, frames, symbols], device: TorchRuntime.Device).MoveToOuterDisposeScope();
    }
}
