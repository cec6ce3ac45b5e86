using Attune.Server.State;

namespace Attune.Server.Access;

/// <summary>What a caller may do. None includes another.</summary>
public static class Role
{
    /// <summary>Have audio recognised, with what a domain of the tenant has learnt, and texts scored, continued, classified and embedded. Nothing of it is kept.</summary>
    public const string Recognise = "recognise";

    /// <summary>Have domains learn from the audio, and see what they learnt.</summary>
    public const string Adapt = "adapt";

    /// <summary>Reset, freeze, export and delete domains; in the tenant <see cref="Tenant.Default"/> also import and activate checkpoints.</summary>
    public const string Administer = "administer";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Recognise, Adapt, Administer];

    /// <summary>The rule as half a sentence, for messages.</summary>
    public static string Rule { get; } = $"be roles separated by spaces: {string.Join(", ", All)}";

    /// <summary>Whether a text keeps the rule.</summary>
    public static bool IsValid(string text) => Words(text) is { Length: > 0 } words && words.All(All.Contains);

    /// <summary>The roles among words separated by spaces.</summary>
    public static IReadOnlyList<string> Parse(string text) => [.. Words(text).Where(All.Contains).Distinct()];

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
