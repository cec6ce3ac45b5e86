namespace Attune.Recognition.Language;

/// <summary>A word or phrase that is more probable than the models think.</summary>
/// <param name="Phrase">One word or more.</param>
/// <param name="Boost">Added to the natural logarithm of a transcript's score wherever the phrase occurs; below 0 to avoid it.</param>
public sealed record Hotword(string Phrase, double Boost)
{
    /// <summary>Largest boost, up or down: a factor of 5e8.</summary>
    public const double MaxBoost = 20;

    /// <summary>Boost of a hotword whose owner states none.</summary>
    public const double DefaultBoost = 4;

    /// <summary>Most hotwords of a request.</summary>
    public const int MaxCount = 1000;

    /// <summary>Most characters of a phrase.</summary>
    public const int MaxLength = 100;
}
