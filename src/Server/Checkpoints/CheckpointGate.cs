using System.Globalization;
using Attune.Adaptation;
using Attune.Evaluation;
using Attune.Server.Domains;
using Attune.Server.Serving;
using Microsoft.Extensions.Options;

namespace Attune.Server.Checkpoints;

/// <summary>Compares a checkpoint with the model that serves, on the guard set that lies with the configured model.</summary>
/// <remarks>
/// (1) locality: transcripts are similar enough; (2) hearing: no clip in which the serving model hears something is blank. Without a guard set both
/// are taken for granted, and the verdict says so. Drafts are compared; the serving model's were heard when it was judged itself.
/// </remarks>
internal sealed class CheckpointGate(GuardSets guards, IOptions<CheckpointOptions> options)
{
    /// <summary>Judges a candidate.</summary>
    /// <param name="serving">Leased.</param>
    /// <param name="candidate">Owned by the caller.</param>
    /// <param name="thread">Where clips are heard that were not yet.</param>
    /// <param name="cancellationToken">Honoured between clips.</param>
    public async Task<CheckpointVerdict> JudgeAsync(
        LoadedModel serving, LoadedModel candidate, BackgroundThread thread, CancellationToken cancellationToken)
    {
        var before = await guards.HearAsync(serving, thread, cancellationToken);
        if (before.Clips.Count == 0) return new(true, "There is no guard set: nothing was compared.");
        var after = await guards.HearAsync(candidate, thread, cancellationToken);
        var pairs = before.Clips.Zip(after.Clips, (old, next) => (Before: old.Source.Text, After: next.Source.Text)).ToArray();
        var distance = pairs.Sum(pair => EditDistance.Compute<char>(pair.Before, pair.After));
        var length = pairs.Sum(pair => Math.Max(pair.Before.Length, pair.After.Length));
        var blank = pairs.Count(pair => pair.Before.Length > 0 && pair.After.Length == 0);
        var similarity = length == 0 ? 1 : 1 - ((double)distance / length);
        var threshold = options.Value.MinSimilarity;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"Similarity {similarity:0.0000} to the serving model over {pairs.Length} clips, at least {threshold:0.0000} wanted; {blank} clips became blank, none allowed.");
        return new(similarity >= threshold && blank == 0, text);
    }
}
