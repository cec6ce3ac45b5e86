namespace Attune.Server.Serving;

/// <summary>A field of a request whose value breaks a rule.</summary>
/// <param name="Field">Path of the field in the request, for example <c>config.sample_rate_hertz</c>.</param>
/// <param name="Description">The rule and the value given, as a sentence; cut where a value is so long that it would not fit into the headers of an answer.</param>
internal sealed record FieldProblem(string Field, string Description)
{
    /// <summary>Longest description, in characters: clients take headers of 8 KiB or more, in which each stands twice.</summary>
    public const int MaxDescription = 256;

    public string Description { get; } = Description.Length <= MaxDescription ? Description : Description[..(MaxDescription - 1)] + '…';
}

/// <summary>A request with wrong fields.</summary>
/// <param name="problems">All of them, at least one.</param>
internal sealed class InvalidRequestException(IReadOnlyList<FieldProblem> problems)
    : Exception(string.Join(' ', problems.Select(problem => problem.Description)))
{
    public IReadOnlyList<FieldProblem> Problems { get; } = problems;
}
