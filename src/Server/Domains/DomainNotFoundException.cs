namespace Attune.Server.Domains;

/// <summary>No utterance ever named the domain, or it was deleted.</summary>
internal sealed class DomainNotFoundException(string domain)
    : Exception($"There is no domain '{domain}' for the model and the parameter set that serve. A domain exists from the first utterance that names it, for a text model from its first example.");
