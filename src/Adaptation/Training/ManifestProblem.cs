namespace Attune.Adaptation.Training;

/// <summary>What is wrong with a line of a manifest.</summary>
/// <param name="Line">Its number, from 1.</param>
/// <param name="Rule">The rule that it breaks.</param>
/// <param name="Message">The rule and what was given, in words.</param>
public sealed record ManifestProblem(int Line, ManifestRule Rule, string Message)
{
    public override string ToString() => $"line {Line}: {Rule}: {Message}";
}
