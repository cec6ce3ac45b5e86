using System.Text;

namespace Attune.Evaluation;

/// <summary>The three questions asked of any lifelong learner, each from 0 to 1, and their harmonic mean.</summary>
/// <remarks>
/// <para>The questions are those of model editing: Meng et al. 2022, "Locating and Editing Factual Associations in GPT", arXiv 2202.05262,
/// whose score is the harmonic mean too. Here:</para>
/// <list type="bullet">
/// <item>reliability: by which share word errors are fewer than the source's on the utterances that were adapted to;</item>
/// <item>generality: the same for utterances of the same condition that were not heard, recognised by what was kept, without fast update;</item>
/// <item>locality: how much of the source's transcripts stays, on conditions other than the last: 1 - edit distance / longer length, in
/// characters; the worst condition counts.</item>
/// </list>
/// <para>More errors than the source count as 0. A learner that keeps nothing has a generality of 0 and a locality of 1.</para>
/// </remarks>
/// <param name="Reliability">From 0 to 1.</param>
/// <param name="Generality">From 0 to 1.</param>
/// <param name="Locality">From 0 to 1.</param>
public sealed record LifelongScorecard(double Reliability, double Generality, double Locality)
{
    /// <summary>The harmonic mean: 0 as soon as one of the three is.</summary>
    public double Score => Math.Min(Reliability, Math.Min(Generality, Locality)) is var least && least <= 0
        ? 0
        : 3 / ((1 / Reliability) + (1 / Generality) + (1 / Locality));

    /// <summary>By which share errors are fewer than the source's; 0 where they are not.</summary>
    public static double Improvement(ErrorRate source, ErrorRate adapted) =>
        source.Errors == 0 ? 0 : Math.Clamp(1 - ((double)adapted.Errors / source.Errors), 0, 1);

    /// <summary>How much of a transcript is the source's: 1 - edit distance / longer length, in characters after normalisation.</summary>
    public static double Similarity(string source, string adapted)
    {
        Rune[] expected = [.. TextNormalizer.Normalize(source).EnumerateRunes()];
        Rune[] heard = [.. TextNormalizer.Normalize(adapted).EnumerateRunes()];
        var longer = Math.Max(expected.Length, heard.Length);
        return longer == 0 ? 1 : 1 - ((double)EditDistance.Compute<Rune>(expected, heard) / longer);
    }
}
