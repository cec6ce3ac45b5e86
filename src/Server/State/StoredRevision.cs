using Attune.Adaptation.Revisions;

namespace Attune.Server.State;

/// <summary>A stored revision.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="SizeBytes">Its size in the store.</param>
internal sealed record StoredRevision(Revision Revision, long SizeBytes);
