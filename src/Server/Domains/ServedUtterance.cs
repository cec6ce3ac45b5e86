using Attune.Adaptation;
using Attune.Adaptation.Revisions;
using Attune.Server.State;

namespace Attune.Server.Domains;

/// <summary>An utterance that was recognised, and what it was recognised with.</summary>
/// <param name="Recognized">The utterance.</param>
/// <param name="Domain">The domain's key; null if the request named none.</param>
/// <param name="Revision">The revision that recognised; null for the model itself.</param>
/// <param name="FinalId">Identifies the final; null if the utterance is not kept.</param>
internal sealed record ServedUtterance(RecognizedUtterance Recognized, string? Domain = null, Revision? Revision = null, FinalId? FinalId = null);
