using System.Diagnostics.CodeAnalysis;

namespace Attune.Server.State;

/// <summary>Identifies one final as long as its utterance is stored: <c>DOMAIN/ID</c>, or <c>TENANT/DOMAIN/ID</c> where the tenant is not the default one.</summary>
/// <param name="Domain">Key of the domain that it was recognised for.</param>
/// <param name="UtteranceId">Unique in the domain: 32 hexadecimal digits.</param>
internal sealed record FinalId(string Domain, string UtteranceId)
{
    private const int Digits = 32;

    /// <summary>A new one.</summary>
    public static FinalId New(string domain) => new(domain, Guid.NewGuid().ToString("N"));

    /// <summary>Reads what <see cref="ToString"/> gives.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FinalId? id)
    {
        id = text.Split('/') switch
        {
            [var domain, var utterance] => Create(Tenant.Default, domain, utterance),
            [var tenant, var domain, var utterance] => Create(tenant, domain, utterance),
            _ => null,
        };
        return id is not null;
    }

    public override string ToString() => $"{Domain.TrimStart('/')}/{UtteranceId}";

    private static FinalId? Create(string tenant, string domain, string utterance) =>
        DomainName.IsValid(tenant) && DomainName.IsValid(domain) && utterance.Length == Digits && utterance.All(char.IsAsciiHexDigitLower)
            ? new FinalId(new DomainId(tenant, domain).Key, utterance)
            : null;
}
