using Attune.Adaptation.Revisions;
using Attune.Recognition;

namespace Attune.Adaptation.Collapse;

/// <summary>A draft that may be served, and the weights that it comes from.</summary>
/// <param name="Draft">The draft.</param>
/// <param name="From">What the fast update starts from; null for the model itself.</param>
/// <param name="Sign">The sign that it shows nevertheless: that of the model itself on this audio.</param>
/// <param name="Finding">What was wrong with other weights; null if the current ones serve, or the audio is to blame.</param>
internal sealed record SoundDraft(Draft Draft, AdaptationState? From, CollapseSign? Sign, CollapseFinding? Finding);
