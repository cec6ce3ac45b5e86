namespace Attune.Adaptation.Text.Training;

/// <summary>Two answers to a prompt, of which one is preferred.</summary>
/// <param name="Chosen">The better one.</param>
/// <param name="Rejected">The worse one, after the same prompt.</param>
public sealed record PreferencePair(CausalExample Chosen, CausalExample Rejected);
