using Attune.Server.State;

namespace Attune.Server.Serving;

/// <summary>The rule for domains in requests.</summary>
internal static class DomainValidation
{
    /// <summary>A name that a method is about.</summary>
    /// <exception cref="InvalidRequestException">It breaks the rule.</exception>
    public static string Check(string name)
    {
        var problems = new List<FieldProblem>();
        Check("domain", name, problems);
        return problems.Count == 0 ? name : throw new InvalidRequestException(problems);
    }

    /// <summary>A name that a request may leave out.</summary>
    /// <returns>Null if it does.</returns>
    public static string? CheckOptional(string field, string name, List<FieldProblem> problems)
    {
        if (name.Length == 0) return null;
        Check(field, name, problems);
        return name;
    }

    private static void Check(string field, string name, List<FieldProblem> problems)
    {
        if (!DomainName.IsValid(name)) problems.Add(new(field, $"{field} must {DomainName.Rule}. Given: '{name}'."));
    }
}
