namespace Attune.Adaptation.Training;

/// <summary>A manifest has lines that cannot be used.</summary>
/// <param name="path">The manifest.</param>
/// <param name="problems">Every line's problem; the message shows the first 20.</param>
public sealed class ManifestException(string path, IReadOnlyList<ManifestProblem> problems) : Exception(Describe(path, problems))
{
    private const int Shown = 20;

    /// <summary>One for each bad line.</summary>
    public IReadOnlyList<ManifestProblem> Problems { get; } = problems;

    private static string Describe(string path, IReadOnlyList<ManifestProblem> problems)
    {
        var shown = string.Join(Environment.NewLine, problems.Take(Shown).Select(problem => "  " + problem));
        var more = problems.Count > Shown ? $"{Environment.NewLine}  and {problems.Count - Shown} more" : string.Empty;
        return $"{path} cannot be used:{Environment.NewLine}{shown}{more}{Environment.NewLine}"
            + "Correct the lines, or choose to skip invalid ones.";
    }
}
