namespace Attune.Server.Domains;

/// <summary>The domain has no such revision that may serve.</summary>
internal sealed class RevisionNotFoundException(string domain, long number)
    : Exception($"Domain '{domain}' has no revision {number} that is kept and passed the gate. List its revisions, or reset it to 0, the model itself.");
