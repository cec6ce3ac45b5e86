using Attune.Server.Configuration;
using Attune.Server.State;
using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>Checks who may do what. What a secret may have slipped into is not repeated.</summary>
internal sealed class AccessValidator : IValidateOptions<AccessOptions>
{
    public ValidateOptionsResult Validate(string? name, AccessOptions options)
    {
        var failures = options.Clients.SelectMany(client => Check(client.Key, client.Value)).ToList();
        if (options.Anonymous is not ("" or AccessRules.Nobody) && !Role.IsValid(options.Anonymous))
            failures.Add($"{AccessOptions.Section}:{nameof(options.Anonymous)} must be '{AccessRules.Nobody}', or {Role.Rule}. Given: '{options.Anonymous}'.");
        foreach (var same in options.Clients.Where(client => client.Value.KeySha256.Length > 0).GroupBy(client => client.Value.KeySha256.ToUpperInvariant()))
        {
            if (same.Count() > 1) failures.Add($"{ClientOptions.Section} {string.Join(" and ", same.Select(client => client.Key))} have the same key. Make one for each.");
        }

        foreach (var same in options.Clients.Where(client => client.Value.CertificateSubject.Length > 0).GroupBy(client => client.Value.CertificateSubject))
        {
            if (same.Count() > 1) failures.Add($"{ClientOptions.Section} {string.Join(" and ", same.Select(client => client.Key))} have the same certificate's subject.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Check(string name, ClientOptions client)
    {
        var path = $"{ClientOptions.Section}:{name}";
        if (!DomainName.IsValid(name)) yield return $"A client's name in {ClientOptions.Section} must {DomainName.Rule}. Given: '{name}'.";
        if (client.KeySha256.Length > 0 && !(client.KeySha256.Length == 64 && client.KeySha256.All(char.IsAsciiHexDigit)))
            yield return $"{path}:{nameof(client.KeySha256)} must have 64 hexadecimal digits, as 'attune key new' prints them. The key itself does not belong there.";
        if (client.KeySha256.Length == 0 && client.CertificateSubject.Length == 0)
            yield return $"{path} must have {nameof(client.KeySha256)} or {nameof(client.CertificateSubject)}.";
        if (!DomainName.IsValid(client.Tenant)) yield return $"{path}:{nameof(client.Tenant)} must {DomainName.Rule}. Given: '{client.Tenant}'.";
        if (!Role.IsValid(client.Roles)) yield return $"{path}:{nameof(client.Roles)} must {Role.Rule}. Given: '{client.Roles}'.";
        foreach (var failure in new SectionValidator<ClientOptions>(path).Validate(name: null, client).Failures ?? []) yield return failure;
    }
}
