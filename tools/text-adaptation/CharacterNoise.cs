namespace Attune.TextAdaptation;

/// <summary>Letters that a hurried hand or a bad scan has changed.</summary>
internal static class CharacterNoise
{
    /// <summary>Replaces letters by others of chance.</summary>
    /// <param name="text">The text.</param>
    /// <param name="share">Of the letters, from 0 to 1.</param>
    /// <param name="random">Chance.</param>
    public static string Apply(string text, double share, Random random) =>
        new([.. text.Select(character => char.IsAsciiLetter(character) && random.NextDouble() < share ? (char)('a' + random.Next(26)) : character)]);
}
