using System.Diagnostics;

namespace Attune.Adaptation;

/// <summary>The spans of traces: what was computed, for how long, and what came of it. Never words or audio.</summary>
public static class AttuneActivities
{
    /// <summary>For whoever listens.</summary>
    public const string SourceName = "Attune";

    /// <summary>Makes spans; they are null, and cost nothing, where nobody listens.</summary>
    public static ActivitySource Source { get; } = new(SourceName);
}
