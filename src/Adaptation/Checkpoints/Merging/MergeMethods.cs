namespace Attune.Adaptation.Checkpoints.Merging;

/// <summary>Every merge method. Names, parameters and defaults are MergeKit's; <c>subtract</c> and <c>analogy</c> are added.</summary>
public static class MergeMethods
{
    private static readonly MergeParameter Fraction = new("t", Minimum: 0, Maximum: 1);
    private static readonly MergeParameter Distance = new("t", Minimum: 0);
    private static readonly MergeParameter NormalizeByDefault = MergeParameter.Flag("normalize", true);
    private static readonly MergeParameter Flatten = MergeParameter.Flag("nuslerp_flatten", true);
    private static readonly MergeParameter AlongFirst = MergeParameter.Flag("nuslerp_row_wise", false);
    private static readonly MergeParameter FilterWise = MergeParameter.Flag("filter_wise", false);
    private static readonly MergeParameter MaxIterations = new("max_iter", 10, 1, 10_000, IsInteger: true);
    private static readonly MergeParameter Tolerance = new("tol", 1e-5, 0, 1);

    /// <summary>Saves memory in MergeKit. Accepted, because recipes have it; nothing depends on it here.</summary>
    private static readonly MergeParameter Int8Mask = MergeParameter.Flag("int8_mask", false);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<MergeMethod> All { get; } =
    [
        new(
            "linear",
            "Linear",
            "arXiv 2203.05482",
            inputs => LinearMerge.Average(inputs.Models, inputs.Each(TaskArithmetic.Weight), inputs.Parameters.Flag(NormalizeByDefault)))
        {
            Base = BaseUse.DescriptionOnly,
            Parameters = [NormalizeByDefault],
            ModelParameters = [TaskArithmetic.Weight],
        },
        new(
            "slerp",
            "Slerp",
            "doi 10.1145/325334.325242",
            inputs => Slerp.Interpolate(inputs.Base, inputs.Models[0], inputs.Parameters[Fraction]))
        {
            MaxModels = 1,
            Parameters = [Fraction],
        },
        new(
            "nuslerp",
            "NuSlerp",
            "MergeKit",
            inputs => NuSlerp.Merge(
                inputs,
                inputs.ModelParameters[0][TaskArithmetic.Weight],
                inputs.ModelParameters[1][TaskArithmetic.Weight],
                inputs.Parameters.Flag(Flatten),
                inputs.Parameters.Flag(AlongFirst)))
        {
            Base = BaseUse.Optional,
            MinModels = 2,
            MaxModels = 2,
            Parameters = [Flatten, AlongFirst],
            ModelParameters = [TaskArithmetic.Weight],
        },
        Arithmetic("task_arithmetic", "Task arithmetic", "arXiv 2212.04089", new(Sparsification.None, ElectsSigns: false)),
        Arithmetic("ties", "TIES", "arXiv 2306.01708", new(Sparsification.KeepLargest, ElectsSigns: true), normalize: true),
        Arithmetic("dare_linear", "DARE, linear", "arXiv 2311.03099", new(Sparsification.KeepAtRandom, ElectsSigns: false), rescale: true),
        Arithmetic("dare_ties", "DARE with TIES", "arXiv 2311.03099", new(Sparsification.KeepAtRandom, ElectsSigns: true), rescale: true),
        Arithmetic("della", "DELLA", "arXiv 2406.11617", new(Sparsification.KeepAtRandomByRank, ElectsSigns: true), normalize: true, rescale: true),
        Arithmetic("della_linear", "DELLA, linear", "arXiv 2406.11617", new(Sparsification.KeepAtRandomByRank, ElectsSigns: false), rescale: true),
        Arithmetic("breadcrumbs", "Model Breadcrumbs", "arXiv 2312.06795", new(Sparsification.KeepMiddle, ElectsSigns: false)),
        Arithmetic("breadcrumbs_ties", "Model Breadcrumbs with TIES", "arXiv 2312.06795", new(Sparsification.KeepMiddle, ElectsSigns: true)),
        new(
            "model_stock",
            "Model Stock",
            "arXiv 2403.19522",
            inputs => ModelStock.Merge(
                inputs.Base!, inputs.Models, inputs.Parameters.Flag(FilterWise) ? inputs.RowLength : inputs.Length))
        {
            MinModels = 2,
            Parameters = [FilterWise],
        },
        new(
            "nearswap",
            "NearSwap",
            "MergeKit",
            inputs => NearSwap.Merge(inputs.Base, inputs.Models[0], inputs.Parameters[Distance]))
        {
            MaxModels = 1,
            Parameters = [Distance],
        },
        new(
            "karcher",
            "Karcher mean",
            "doi 10.1002/cpa.3160300502",
            inputs => KarcherMean.Merge(inputs.Models, (int)inputs.Parameters[MaxIterations], inputs.Parameters[Tolerance]))
        {
            Base = BaseUse.DescriptionOnly,
            Parameters = [MaxIterations, Tolerance],
        },
        new(
            "subtract",
            "Subtraction",
            "arXiv 2212.04089",
            inputs => Subtraction.Subtract(
                inputs.Base!,
                inputs.Models,
                inputs.Each(Subtraction.Weight),
                inputs.Ancestor ?? inputs.Base!,
                inputs.Parameters[TaskArithmetic.Lambda]))
        {
            TakesAncestor = true,
            Parameters = [TaskArithmetic.Lambda],
            ModelParameters = [Subtraction.Weight],
        },
        new(
            "analogy",
            "Analogy",
            "arXiv 2212.04089",
            inputs => Analogy.Complete(inputs.Base, inputs.Models[0], inputs.Models[1], inputs.Parameters[TaskArithmetic.Lambda]))
        {
            MinModels = 2,
            MaxModels = 2,
            Parameters = [TaskArithmetic.Lambda],
        },
    ];

    /// <summary>The method of a name; null if there is none.</summary>
    public static MergeMethod? Find(string name) => All.FirstOrDefault(method => method.Name == name);

    private static MergeMethod Arithmetic(
        string name, string title, string reference, TaskArithmetic variant, bool normalize = false, bool rescale = false)
    {
        var normalizing = TaskArithmetic.Normalize with { Default = normalize ? 1 : 0 };
        var rescaling = TaskArithmetic.Rescale with { Default = rescale ? 1 : 0 };
        return new(
            name,
            title,
            reference,
            inputs => variant.Merge(inputs, inputs.Parameters.Flag(normalizing), inputs.Parameters.Flag(rescaling)))
        {
            Parameters = [normalizing, rescaling, TaskArithmetic.Lambda, Int8Mask],
            ModelParameters =
            [
                TaskArithmetic.Weight,
                .. ThinningParameters(variant.Sparsification),
            ],
            Check = variant.Sparsification == Sparsification.KeepAtRandomByRank ? CheckProbabilities : _ => null,
        };
    }

    private static MergeParameter[] ThinningParameters(Sparsification sparsification) => sparsification switch
    {
        Sparsification.None => [],
        Sparsification.KeepMiddle => [TaskArithmetic.Density, TaskArithmetic.Gamma],
        Sparsification.KeepAtRandomByRank => [TaskArithmetic.Density, TaskArithmetic.Epsilon],
        _ => [TaskArithmetic.Density],
    };

    private static string? CheckProbabilities(TensorParameters parameters)
    {
        var (density, epsilon) = (parameters[TaskArithmetic.Density], parameters[TaskArithmetic.Epsilon]);
        return density >= 1 || (density - epsilon > 0 && density + epsilon < 1)
            ? null
            : FormattableString.Invariant($"density - epsilon and density + epsilon must lie between 0 and 1. Given: density {density}, epsilon {epsilon}");
    }
}
