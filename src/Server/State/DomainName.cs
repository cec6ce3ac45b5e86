using System.Text.RegularExpressions;

namespace Attune.Server.State;

/// <summary>The rule for names of domains: they are parts of keys, of final ids and of log lines.</summary>
internal static partial class DomainName
{
    /// <summary>The rule as half a sentence, for messages.</summary>
    public const string Rule = "have 1 to 64 letters, digits, '.', '_' and '-', of which the first is a letter or a digit";

    /// <summary>Whether a name keeps the rule.</summary>
    public static bool IsValid(string name) => Pattern().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Pattern();
}
