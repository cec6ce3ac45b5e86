namespace Attune.Recognition.Language;

/// <summary>One n-gram of a model.</summary>
/// <param name="Words">The context and the word, in order.</param>
/// <param name="Log10Probability">Of the last word after the others.</param>
/// <param name="Log10BackOff">What the probability of a word that was never seen after these is multiplied by; 0 for none.</param>
public readonly record struct NgramEntry(IReadOnlyList<int> Words, float Log10Probability, float Log10BackOff);
