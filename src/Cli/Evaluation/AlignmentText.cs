using Attune.Evaluation;

namespace Attune.Cli.Evaluation;

/// <summary>An alignment as two lines of words, one above the other.</summary>
internal static class AlignmentText
{
    private const string Nothing = "***";

    public static string Render(EditAlignment alignment)
    {
        var pairs = alignment.Operations.Select(operation => (Reference: operation.Reference ?? Nothing, Hypothesis: operation.Hypothesis ?? Nothing)).ToList();
        string Line(string name, Func<(string Reference, string Hypothesis), string> word) => $"  {name}  " + string.Join(
            ' ', pairs.Select(pair => word(pair).PadRight(Math.Max(pair.Reference.Length, pair.Hypothesis.Length)))).TrimEnd() + "\n";
        return Line("REF", pair => pair.Reference) + Line("HYP", pair => pair.Hypothesis);
    }
}
