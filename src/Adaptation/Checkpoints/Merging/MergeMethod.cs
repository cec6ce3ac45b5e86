namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>What a method wants with <c>base_model</c>.</summary>
public enum BaseUse
{
    /// <summary>It gives configuration and vocabulary, but no weights.</summary>
    DescriptionOnly,

    /// <summary>It may be given, and then its weights count.</summary>
    Optional,

    /// <summary>It must be given.</summary>
    Required,
}

/// <summary>A way to make one model of several, as data: what it is called, what it takes, and the function that does it.</summary>
public sealed class MergeMethod
{
    /// <param name="name">The recipe's <c>merge_method</c>.</param>
    /// <param name="title">Its name in prose.</param>
    /// <param name="reference">Where it was published.</param>
    /// <param name="merge">Merges one tensor. Pure but for overwriting its inputs.</param>
    internal MergeMethod(string name, string title, string reference, Func<TensorInputs, float[]> merge)
    {
        Name = name;
        Title = title;
        Reference = reference;
        Merge = merge;
    }

    /// <summary>The recipe's <c>merge_method</c>.</summary>
    public string Name { get; }

    /// <summary>Its name in prose.</summary>
    public string Title { get; }

    /// <summary>Where it was published.</summary>
    public string Reference { get; }

    /// <summary>What <c>base_model</c> is for.</summary>
    public BaseUse Base { get; init; } = BaseUse.Required;

    /// <summary>Fewest models beside the base. Default 1.</summary>
    public int MinModels { get; init; } = 1;

    /// <summary>Most models beside the base. Default: any number.</summary>
    public int MaxModels { get; init; } = int.MaxValue;

    /// <summary>Whether <c>parameters.ancestor</c> may name the model that task vectors start from.</summary>
    public bool TakesAncestor { get; init; }

    /// <summary>Parameters of the recipe as a whole.</summary>
    public IReadOnlyList<MergeParameter> Parameters { get; init; } = [];

    /// <summary>Parameters of each model; given for the recipe, they hold for every model that does not give its own.</summary>
    public IReadOnlyList<MergeParameter> ModelParameters { get; init; } = [];

    /// <summary>Rules that the parameters of one model must keep together; gives what is wrong, or null.</summary>
    internal Func<TensorParameters, string?> Check { get; init; } = _ => null;

    /// <summary>Merges one tensor. Pure but for overwriting its inputs.</summary>
    internal Func<TensorInputs, float[]> Merge { get; }
}
