namespace Attune.Server.Serving;

/// <summary>A field of a request whose value breaks a rule.</summary>
/// <param name="Field">Path of the field in the request, for example <c>config.sample_rate_hertz</c>.</param>
/// <param name="Description">The rule and the value given, as a sentence.</param>
internal sealed record FieldProblem(string Field, string Description);

/// <summary>A request with wrong fields.</summary>
/// <param name="problems">All of them, at least one.</param>
internal sealed class InvalidRequestException(IReadOnlyList<FieldProblem> problems)
    : Exception(string.Join(' ', problems.Select(problem => problem.Description)))
{
    public IReadOnlyList<FieldProblem> Problems { get; } = problems;
}
