using System.Security.Cryptography;

namespace Attune.Adaptation.Text.Training;

/// <summary>Tells data apart by its tokens.</summary>
internal static class TokenHash
{
    /// <summary>The beginning of SHA-256 over numbers, in lower-case hexadecimal.</summary>
    public static string Of(IEnumerable<int> numbers) => Convert.ToHexStringLower(SHA256.HashData([.. numbers.SelectMany(BitConverter.GetBytes)]))[..12];

    /// <summary>Of examples, with where each begins to count.</summary>
    public static string Of(IEnumerable<CausalExample> examples) => Of(examples.SelectMany(example => example.Tokens.Prepend(example.From).Append(-1)));
}
