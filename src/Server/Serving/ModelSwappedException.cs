namespace Attune.Server.Serving;

/// <summary>Another checkpoint serves, whose domains have a log of their own.</summary>
internal sealed class ModelSwappedException() : Exception("Another checkpoint serves now, whose domains have events of their own. Watch again.");
