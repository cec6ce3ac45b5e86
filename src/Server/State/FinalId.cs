using System.Diagnostics.CodeAnalysis;

namespace Attune.Server.State;

/// <summary>Identifies one final as long as its utterance is stored: <c>DOMAIN/ID</c>.</summary>
/// <param name="Domain">The domain that it was recognised for.</param>
/// <param name="UtteranceId">Unique in the domain: 32 hexadecimal digits.</param>
internal sealed record FinalId(string Domain, string UtteranceId)
{
    private const int Digits = 32;

    /// <summary>A new one.</summary>
    public static FinalId New(string domain) => new(domain, Guid.NewGuid().ToString("N"));

    /// <summary>Reads what <see cref="ToString"/> gives.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FinalId? id)
    {
        id = text.Split('/') is [var domain, { Length: Digits } utterance] && DomainName.IsValid(domain) && utterance.All(char.IsAsciiHexDigitLower)
            ? new FinalId(domain, utterance)
            : null;
        return id is not null;
    }

    public override string ToString() => $"{Domain}/{UtteranceId}";
}
