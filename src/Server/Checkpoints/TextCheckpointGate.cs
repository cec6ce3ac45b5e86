using System.Globalization;
using Attune.Server.Configuration;
using Attune.Server.Text;
using Attune.Text;
using Microsoft.Extensions.Options;

namespace Attune.Server.Checkpoints;

/// <summary>Compares a checkpoint of a text model with the one that serves, on the guard text of the settings, or for lack of one on plain sentences.</summary>
/// <remarks>
/// <para>A causal model: it may need at most <see cref="CheckpointOptions.MaxBitsRise"/> more bits for a byte than the serving one. A classifier: its labels are the same, and at least
/// <see cref="CheckpointOptions.MinSimilarity"/> of the lines get the same label. On sentences that nobody chose for the model only what is plainly broken fails: half as many bits again, or
/// one label for everything where the serving model gives several. A number that is none always fails.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal sealed class TextCheckpointGate
{
    /// <summary>What <see cref="CheckpointOptions.MaxBitsRise"/> is on sentences that nobody chose.</summary>
    private const double BuiltInBitsRise = 0.5;

    private readonly Dictionary<string, GuardText> _texts;
    private readonly CheckpointOptions _options;

    /// <exception cref="ConfigurationException">A guard text is that of no model, or cannot be read.</exception>
    public TextCheckpointGate(IOptions<TextOptions> text, IOptions<CheckpointOptions> options)
    {
        _options = options.Value;
        if (text.Value.GuardTexts.Keys.FirstOrDefault(name => !text.Value.Models.ContainsKey(name)) is { } other)
        {
            var names = text.Value.Models.Count == 0 ? "there is none" : string.Join(", ", text.Value.Models.Keys);
            throw new ConfigurationException(
                [$"{TextOptions.Section}:{nameof(TextOptions.GuardTexts)}:{other} must have the name of one of {TextOptions.Section}:{nameof(TextOptions.Models)}: {names}."]);
        }

        _texts = text.Value.GuardTexts.ToDictionary(entry => entry.Key, entry => GuardText.Read(entry.Key, entry.Value), StringComparer.Ordinal);
    }

    /// <summary>Judges a candidate. Takes a while; it runs on the caller's thread.</summary>
    /// <param name="serving">Leased.</param>
    /// <param name="candidate">Owned by the caller.</param>
    /// <param name="cancellationToken">Honoured between pieces of text.</param>
    public CheckpointVerdict Judge(ServedTextModel serving, ServedTextModel candidate, CancellationToken cancellationToken)
    {
        var guard = _texts.GetValueOrDefault(serving.Name) ?? GuardText.BuiltIn;
        // Room for the special tokens of either kind.
        string[] pieces = [.. guard.Pieces(Math.Min(serving.Model.Config.ContextLength, candidate.Model.Config.ContextLength) - 2)];
        return serving.Engine.IsCausal
            ? JudgeBits(BitsPerByte(serving.Engine, pieces, cancellationToken), BitsPerByte(candidate.Engine, pieces, cancellationToken), guard)
            : JudgeLabels(serving.Engine, candidate.Engine, pieces, guard, cancellationToken);
    }

    private CheckpointVerdict JudgeBits(double before, double after, GuardText guard)
    {
        var rise = guard.IsConfigured ? _options.MaxBitsRise : BuiltInBitsRise;
        // A serving model that has broken is no measure.
        var passed = double.IsFinite(after) && (!double.IsFinite(before) || after <= before * (1 + rise));
        return new(passed, string.Create(
            CultureInfo.InvariantCulture,
            $"{after:0.0000} bits per byte of {Describe(guard)}, {before:0.0000} with the serving model; at most {before * (1 + rise):0.0000} wanted."));
    }

    private CheckpointVerdict JudgeLabels(TextEngine serving, TextEngine candidate, string[] pieces, GuardText guard, CancellationToken cancellationToken)
    {
        var (wanted, given) = (serving.Model.Config.Labels, candidate.Model.Config.Labels);
        if (!wanted.SequenceEqual(given)) return new(false, $"Its labels must be those of the serving model, {Show(wanted)}. Given: {Show(given)}.");
        if (Labels(candidate, pieces, cancellationToken) is not { } after) return new(false, $"It gives probabilities that are no numbers to {Describe(guard)}.");
        var before = Labels(serving, pieces, cancellationToken) ?? after; // a serving model that has broken is no measure
        var kept = (double)before.Zip(after).Count(pair => pair.First == pair.Second) / pieces.Length;
        var (kinds, left) = (before.Distinct().Count(), after.Distinct().Count());
        return guard.IsConfigured
            ? new(kept >= _options.MinSimilarity, string.Create(
                CultureInfo.InvariantCulture, $"{kept:0.0000} of {pieces.Length} pieces of {Describe(guard)} keep their label, at least {_options.MinSimilarity:0.0000} wanted."))
            : new(left > 1 || kinds == 1, string.Create(
                CultureInfo.InvariantCulture, $"{left} different labels for {pieces.Length} pieces of {Describe(guard)}, {kinds} with the serving model, {kept:0.0000} the same; one alone fails."));

        static string Show(IReadOnlyList<string> labels) => string.Join(", ", labels.Take(20));
    }

    private static string Describe(GuardText guard) => guard.IsConfigured ? "the guard text" : "plain English sentences, for lack of a guard text";

    private static double BitsPerByte(TextEngine engine, string[] pieces, CancellationToken cancellationToken)
    {
        var (bits, bytes) = (0.0, 0L);
        foreach (var piece in pieces)
        {
            using var scoring = engine.Score(piece).RunToEnd(cancellationToken);
            bits += scoring.Result.BitsPerByte * scoring.Result.Bytes;
            bytes += scoring.Result.Bytes;
        }

        return bits / bytes;
    }

    /// <summary>The most probable label of each piece; null if a number is none.</summary>
    private static int[]? Labels(TextEngine engine, string[] pieces, CancellationToken cancellationToken)
    {
        var labels = new int[pieces.Length];
        for (var i = 0; i < pieces.Length; i++)
        {
            using var classification = engine.Classify(pieces[i]).RunToEnd(cancellationToken);
            if (classification.Result.Any(label => !double.IsFinite(label.Probability))) return null;
            labels[i] = classification.Result[0].Index;
        }

        return labels;
    }
}
