using Attune.Adaptation.Slow;

namespace Attune.Adaptation.Strategies;

/// <summary>What a stream made of one utterance.</summary>
/// <param name="Revision">Number of the revision that it was served from; 0 is the model itself.</param>
/// <param name="Recognized">Draft, final, and what the fast update did.</param>
/// <param name="Learning">What the round brought that this utterance completed; null if it completed none.</param>
/// <param name="RevisionCollapsed">Whether that revision has been found collapsed, so that the one before it serves from now on.</param>
public sealed record StreamedUtterance(long Revision, RecognizedUtterance Recognized, LearningOutcome? Learning, bool RevisionCollapsed = false);
