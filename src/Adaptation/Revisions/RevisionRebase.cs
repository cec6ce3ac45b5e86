using Attune.Recognition.Acoustic;

namespace Attune.Adaptation.Revisions;

/// <summary>Takes what was learnt on one model to another that has the same parameters: task arithmetic, target + (learnt - origin).</summary>
public static class RevisionRebase
{
    /// <summary>Whether two models' parameters have the same names and shapes, in the same order.</summary>
    public static bool Fits(ParameterLayout origin, ParameterLayout target) =>
        origin.Slices.Count == target.Slices.Count
        && origin.Slices.Zip(target.Slices).All(
            pair => pair.First.Parameter.Name == pair.Second.Parameter.Name && pair.First.Parameter.Shape.SequenceEqual(pair.Second.Parameter.Shape));

    /// <summary>Adds what was learnt to another model's parameters. The optimizer's moments, which are of gradients, stay.</summary>
    /// <param name="learnt">What was learnt, on <paramref name="origin"/>.</param>
    /// <param name="origin">Parameters of the model that it was learnt on.</param>
    /// <param name="target">Those of the other one.</param>
    /// <exception cref="ArgumentException">The parameters do not fit.</exception>
    public static AdaptationState Apply(AdaptationState learnt, AdaptableParameters origin, AdaptableParameters target)
    {
        if (!Fits(origin.Layout, target.Layout) || learnt.Parameters.Layout.Length != origin.Layout.Length)
            throw new ArgumentException("Both models must have the same parameters in the same shapes.", nameof(target));
        var values = new float[target.Layout.Length];
        var now = learnt.Parameters.Values.Span;
        var before = origin.Values.Span;
        var after = target.Values.Span;
        for (var i = 0; i < values.Length; i++) values[i] = (float)((double)after[i] + now[i] - before[i]);
        return new AdaptationState(new AdaptableParameters(target.Layout, values), learnt.Moments);
    }
}
