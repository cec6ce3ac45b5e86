using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Attune.Recognition.Models.Hub;

/// <summary>A model of a hub: <c>OWNER/NAME</c>, or <c>OWNER/NAME@REVISION</c>.</summary>
/// <param name="Owner">Who publishes it.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Revision">A branch, tag, commit, or <c>refs/pr/N</c>.</param>
public sealed partial record HubReference(string Owner, string Name, string Revision)
{
    /// <summary>Revision of a reference that names none.</summary>
    public const string DefaultRevision = "main";

    /// <summary><c>OWNER/NAME</c>.</summary>
    public string Repository => $"{Owner}/{Name}";

    /// <summary>Whether the revision is a commit's full hash, which can never mean anything else.</summary>
    public bool IsCommit => CommitPattern().IsMatch(Revision);

    /// <summary>Reads a reference.</summary>
    /// <exception cref="ArgumentException">It has another form; the message says which it must have.</exception>
    public static HubReference Parse(string text) => TryParse(text, out var reference)
        ? reference
        : throw new ArgumentException(
            $"A model of a hub must be OWNER/NAME or OWNER/NAME@REVISION, of letters, digits, '-', '_' and '.'. Given: '{text}'.");

    /// <summary>Reads a reference; false if the text has another form.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out HubReference? reference)
    {
        var match = Pattern().Match(text);
        reference = match.Success && !text.Contains("..", StringComparison.Ordinal)
            ? new(match.Groups["owner"].Value, match.Groups["name"].Value, match.Groups["revision"] is { Success: true } group ? group.Value : DefaultRevision)
            : null;
        return reference is not null;
    }

    public override string ToString() => $"{Repository}@{Revision}";

    // A name may not begin with a sign, so that no part is '.', an option, or hidden.
    [GeneratedRegex(@"\A(?<owner>[A-Za-z0-9_][A-Za-z0-9._-]*)/(?<name>[A-Za-z0-9_][A-Za-z0-9._-]*)(@(?<revision>[A-Za-z0-9_][A-Za-z0-9._/-]*))?\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"\A[0-9a-f]{40}\z")]
    internal static partial Regex CommitPattern();
}
