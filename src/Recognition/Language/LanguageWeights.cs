namespace Attune.Recognition.Language;

/// <summary>What language counts beside sound in a transcript's score.</summary>
/// <remarks>Score = ln P(symbols | sound) + <see cref="Model"/> ln P(words) + <see cref="WordBonus"/> for each word + <see cref="UnknownWord"/> for each unknown word
/// + boosts of hotwords.</remarks>
/// <param name="Model">Weight of the language model's natural logarithm. 0 ignores it.</param>
/// <param name="WordBonus">Added for each word, against the language model's liking for few words.</param>
/// <param name="UnknownWord">Added for each word that neither the language model nor the hotwords have, as soon as it can be none of theirs; as a rule below 0.</param>
public readonly record struct LanguageWeights(double Model, double WordBonus, double UnknownWord);
