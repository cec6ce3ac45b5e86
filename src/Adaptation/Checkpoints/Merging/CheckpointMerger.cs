using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Makes a model folder from a recipe, tensor by tensor.</summary>
/// <remarks>
/// <para>(1) open the models and compare them; (2) plan every tensor; (3) write weights, description and card to a folder beside the output;
/// (4) rename it. Until (4) the output does not exist, and after a failure the other folder is gone.</para>
/// <para>A few tensors are computed at the same time and written in order: memory is bounded by the largest tensors, not by the models.
/// Arithmetic is in double precision, rounded once to the result's type. The same recipe, models and seed give the same bytes, whatever
/// the number of cores.</para>
/// </remarks>
public static class CheckpointMerger
{
    /// <summary>Tensors computed at the same time, at most.</summary>
    private const int MaxWorkers = 4;

    /// <summary>Merges.</summary>
    /// <param name="recipe">What to merge.</param>
    /// <param name="outputFolder">The new model folder; it must not exist, or be empty.</param>
    /// <param name="seed">Seed of methods that choose at random.</param>
    /// <param name="progress">Told after each tensor, on the calling thread; null for nobody.</param>
    /// <param name="cancellationToken">Ends the merge between tensors.</param>
    /// <exception cref="MergeException">The recipe or the models do not fit, or the output exists.</exception>
    /// <exception cref="IOException">The output cannot be written to.</exception>
    public static MergeResult Merge(
        MergeRecipe recipe, string outputFolder, int seed, Action<MergeProgress>? progress, CancellationToken cancellationToken)
    {
        var output = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
            throw new MergeException($"The output folder must not exist yet. Given: {output}. Choose another, or remove it.");
        using var sources = MergeSources.Open(recipe);
        var plan = new MergePlan(recipe, sources);
        var provenance = new MergeProvenance(recipe, seed, Describe(sources), Copied(plan));
        var temporary = CreateTemporary(output);
        try
        {
            ModelFolderWriter.CopyDescription(sources.Reference.Model.Folder, temporary);
            using (var tensors = new TensorQueue(recipe.Method, sources, plan, seed, progress, cancellationToken))
                SafetensorsWriter.Write(Path.Combine(temporary, "model.safetensors"), tensors.Sources, provenance.Metadata);
            File.WriteAllText(Path.Combine(temporary, "README.md"), provenance.Card(Path.GetFileName(output)));
            var sha256 = HashOf(temporary);
            if (Directory.Exists(output)) Directory.Delete(output);
            Directory.Move(temporary, output);
            return new(
                output, recipe.Method.Name, seed, sha256, plan.Tensors.Count, plan.Tensors.Sum(tensor => tensor.Length), Copied(plan), Describe(sources));
        }
        catch
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    private static string CreateTemporary(string output)
    {
        var parent = Path.GetDirectoryName(output) ?? throw new MergeException($"The output must be a folder in another. Given: {output}.");
        var temporary = Path.Combine(parent, $".{Path.GetFileName(output)}.{Path.GetRandomFileName()}.tmp");
        Directory.CreateDirectory(temporary);
        return temporary;
    }

    private static string[] Copied(MergePlan plan) => [.. plan.Tensors.Where(tensor => tensor.CopiedFrom is not null).Select(tensor => tensor.Name)];

    private static MergedModel[] Describe(MergeSources sources)
    {
        Parallel.ForEach(sources.All, source => _ = source.Model.Sha256);
        return
        [
            .. One("base", sources.Base),
            .. sources.Models.SelectMany(source => One("model", source)),
            .. One("ancestor", sources.Ancestor),
        ];

        static IEnumerable<MergedModel> One(string role, MergeSource? source) =>
            source is null ? [] : [new MergedModel(role, source.Name, source.Model.Sha256) { RevisionSha256 = source.RevisionSha256 }];
    }

    private static string HashOf(string folder)
    {
        using var merged = AnyModel.Open(folder); // and so every merged model is known to open
        return merged.Sha256;
    }

    /// <summary>Number of tensors in work at the same time.</summary>
    internal static int Workers { get; } = Math.Min(MaxWorkers, Environment.ProcessorCount);
}
