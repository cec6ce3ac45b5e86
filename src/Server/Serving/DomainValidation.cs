using Attune.Server.State;

namespace Attune.Server.Serving;

/// <summary>The rule for domains in requests.</summary>
internal static class DomainValidation
{
    /// <summary>The caller's domain that a method is about.</summary>
    /// <exception cref="InvalidRequestException">The name breaks the rule.</exception>
    public static DomainId Check(string name, string tenant)
    {
        var problems = new List<FieldProblem>();
        Check("domain", name, problems);
        return problems.Count == 0 ? new DomainId(tenant, name) : throw new InvalidRequestException(problems);
    }

    /// <summary>The caller's domain in a request that may leave it out.</summary>
    /// <returns>Null if it does.</returns>
    public static DomainId? CheckOptional(string field, string name, string tenant, List<FieldProblem> problems)
    {
        if (name.Length == 0) return null;
        Check(field, name, problems);
        return new DomainId(tenant, name);
    }

    private static void Check(string field, string name, List<FieldProblem> problems)
    {
        if (!DomainName.IsValid(name)) problems.Add(new(field, $"{field} must {DomainName.Rule}. Given: '{name}'."));
    }
}
