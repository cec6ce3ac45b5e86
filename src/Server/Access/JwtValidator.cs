using Microsoft.Extensions.Options;

namespace Attune.Server.Access;

/// <summary>Checks that tokens of an issuer can be checked.</summary>
internal sealed class JwtValidator : IValidateOptions<JwtOptions>
{
    public ValidateOptionsResult Validate(string? name, JwtOptions options)
    {
        var failures = new List<string>();
        if (options.IsOn && options.Audience.Length == 0)
            failures.Add($"{JwtOptions.Section}:{nameof(options.Audience)} must be given with {nameof(options.Issuer)}: tokens for other servers are not for this one.");
        if (options.IsOn && options.KeysFile.Length == 0 && !IsTrustworthy(options.Issuer))
        {
            failures.Add(
                $"{JwtOptions.Section}:{nameof(options.Issuer)} must be an https address to fetch the keys from, unless {nameof(options.KeysFile)} has them. Given: '{options.Issuer}'.");
        }

        if (!options.IsOn && (options.Audience.Length > 0 || options.KeysFile.Length > 0))
            failures.Add($"{JwtOptions.Section}:{nameof(options.Issuer)} must be given with {nameof(options.Audience)} and {nameof(options.KeysFile)}.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <summary>Whether nobody on the way could exchange the keys.</summary>
    private static bool IsTrustworthy(string issuer) =>
        Uri.TryCreate(issuer, UriKind.Absolute, out var address) && (address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && address.IsLoopback));
}
