namespace Attune.Adaptation.Text.Editing;

/// <summary>What <see cref="ValueSearch"/> found.</summary>
/// <param name="Change">What must be added to the value that the layer recalls for the subject, D values.</param>
/// <param name="Loss">Its loss.</param>
/// <param name="Steps">Steps taken.</param>
internal sealed record FoundValue(IReadOnlyList<float> Change, double Loss, int Steps);
