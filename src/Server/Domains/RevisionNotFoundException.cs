namespace Attune.Server.Domains;

/// <summary>The domain has no such revision, or none that may serve.</summary>
internal sealed class RevisionNotFoundException(string domain, long number)
    : Exception($"Domain '{domain}' has no revision {number} that is kept and, where it is to serve, passed the gate. List its revisions; 0 is the model itself.");
