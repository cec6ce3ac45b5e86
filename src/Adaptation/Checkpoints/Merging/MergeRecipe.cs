using Attune.Recognition.Models;

namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>What to merge, and how: MergeKit's YAML with every key checked.</summary>
public sealed record MergeRecipe
{
    /// <summary>Full path of the file, for messages.</summary>
    public required string Path { get; init; }

    /// <summary>Its text, for the result's provenance.</summary>
    public required string Text { get; init; }

    /// <summary>How tensors are merged.</summary>
    public required MergeMethod Method { get; init; }

    /// <summary>The model that others are compared with; null if there is none.</summary>
    public RecipeModel? Base { get; init; }

    /// <summary>The models that are merged, without the base.</summary>
    public required IReadOnlyList<RecipeModel> Models { get; init; }

    /// <summary>Where task vectors start if not at the base; null otherwise.</summary>
    public RecipeModel? Ancestor { get; init; }

    /// <summary>Parameters that hold for the whole recipe, and for every model that has no value of its own.</summary>
    public required IReadOnlyDictionary<string, ParameterSetting> Parameters { get; init; }

    /// <summary>Element type of the result; null to keep each tensor's.</summary>
    public ElementType? Type { get; init; }

    /// <summary>Reads and checks a recipe.</summary>
    /// <param name="path">The file; paths in it are relative to its folder.</param>
    /// <exception cref="MergeException">It breaks a rule; the message names line and rule.</exception>
    public static MergeRecipe Read(string path) => new RecipeReader(path).Read();
}

/// <summary>A model of a recipe.</summary>
/// <param name="Name">As the recipe has it.</param>
/// <param name="Path">Full path of its folder.</param>
/// <param name="Parameters">Its own parameters.</param>
/// <param name="Line">Line of the recipe, from 1.</param>
public sealed record RecipeModel(string Name, string Path, IReadOnlyDictionary<string, ParameterSetting> Parameters, int Line)
{
    /// <summary>Full path of the file with what a domain learnt on that model; null for the model itself.</summary>
    public string? Revision { get; init; }
}
