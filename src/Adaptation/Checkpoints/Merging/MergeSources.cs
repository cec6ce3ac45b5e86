namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>The open models of a recipe, which have the same vocabulary and the same shapes.</summary>
/// <remarks>Disposing closes them.</remarks>
internal sealed class MergeSources : IDisposable
{
    private readonly Dictionary<(string Model, string? Revision), MergeSource> _open = [];

    private MergeSources(MergeRecipe recipe)
    {
        Base = recipe.Base is { } source ? Open(recipe, source) : null;
        Models = [.. recipe.Models.Select(model => Open(recipe, model))];
        Ancestor = recipe.Ancestor is { } ancestor ? Open(recipe, ancestor) : null;
        Reference = Base ?? Models[0];
        // Where the base gives only the description, its weights are not read.
        All = [.. new[] { Base, Ancestor }.OfType<MergeSource>().Concat(Models).Distinct()];
    }

    /// <summary>The base model; null if there is none.</summary>
    public MergeSource? Base { get; }

    /// <summary>The models that are merged.</summary>
    public IReadOnlyList<MergeSource> Models { get; }

    /// <summary>Where task vectors start; null if at the base.</summary>
    public MergeSource? Ancestor { get; }

    /// <summary>The one that gives configuration, vocabulary, and the spelling of names: the base, or the first model.</summary>
    public MergeSource Reference { get; }

    /// <summary>Each of them once.</summary>
    public IReadOnlyList<MergeSource> All { get; }

    /// <summary>Opens the models and compares them. The caller disposes.</summary>
    /// <exception cref="MergeException">One cannot be used, or they do not fit together.</exception>
    public static MergeSources Open(MergeRecipe recipe)
    {
        MergeSources? sources = null;
        try
        {
            sources = new MergeSources(recipe);
            foreach (var source in sources.All) Compare(sources.Reference, source);
            return sources;
        }
        catch
        {
            sources?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var source in _open.Values) source.Dispose();
    }

    private MergeSource Open(MergeRecipe recipe, RecipeModel model)
    {
        if (_open.TryGetValue((model.Path, model.Revision), out var open)) return open;
        try
        {
            var source = MergeSource.Open(recipe, model);
            _open.Add((model.Path, model.Revision), source);
            return source;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private static void Compare(MergeSource reference, MergeSource other)
    {
        CompareVocabularies(reference, other);
        var (expected, given) = (reference.Model.Parameters, other.Model.Parameters);
        for (var i = 0; i < Math.Min(expected.Count, given.Count); i++)
        {
            if (expected[i].Shape.SequenceEqual(given[i].Shape)) continue;
            throw new MergeException(
                $"Tensor '{expected[i].Name}' has shape [{string.Join(", ", expected[i].Shape)}] in {reference.Name}, and "
                + $"'{given[i].Name}' [{string.Join(", ", given[i].Shape)}] in {other.Name}. Merge models of one architecture.");
        }

        if (expected.Count != given.Count)
        {
            var (longer, shorter) = expected.Count > given.Count ? (reference, other) : (other, reference);
            var extra = longer.Model.Parameters[Math.Min(expected.Count, given.Count)];
            throw new MergeException($"Tensor '{extra.Name}' of {longer.Name} has no counterpart in {shorter.Name}. Merge models of one architecture.");
        }

        CompareComputations(reference, other);
    }

    /// <summary>Equal shapes do not make equal networks: order of norms, activations, strides and preprocessing must agree too.</summary>
    private static void CompareComputations(MergeSource reference, MergeSource other)
    {
        if (reference.ComputesLike(other)) return;
        throw new MergeException(
            $"config.json or preprocessor_config.json of {reference.Name} and {other.Name} describe different computations, so equal weights do not "
            + "mean the same. Merge models that were trained from one ancestor.");
    }

    private static void CompareVocabularies(MergeSource reference, MergeSource other)
    {
        var (expected, given) = (reference.Tokens, other.Tokens);
        for (var id = 0; id < Math.Min(expected.Count, given.Count); id++)
        {
            if (expected[id] == given[id]) continue;
            throw new MergeException(
                $"Token {id} is '{expected[id]}' in the vocabulary of {reference.Name} and '{given[id]}' in that of {other.Name}, so rows of "
                + "the output layer do not mean the same. Merge models of one vocabulary.");
        }

        if (expected.Count == given.Count) return;
        throw new MergeException(
            $"The vocabulary of {reference.Name} has {expected.Count} tokens, that of {other.Name} {given.Count}, so the output layer does not "
            + "fit. Merge models of one vocabulary.");
    }
}
