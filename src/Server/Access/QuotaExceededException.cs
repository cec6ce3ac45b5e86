using System.Globalization;

namespace Attune.Server.Access;

/// <summary>A caller has used what it may use.</summary>
/// <param name="caller">Its name.</param>
/// <param name="quota">What it may use, as the object of a sentence.</param>
/// <param name="setting">The setting that says so.</param>
/// <param name="retryAfter">When it may try again, in whole seconds.</param>
internal sealed class QuotaExceededException(string caller, string quota, string setting, TimeSpan retryAfter) : Exception(
    string.Create(
        CultureInfo.InvariantCulture,
        $"{caller} may use {quota} ({LimitOptions.Section}:{setting}, or the same of its client), and has. Try again in {retryAfter.TotalSeconds:0} s."))
{
    /// <summary>Whose quota it is.</summary>
    public string Caller { get; } = caller;

    /// <summary>When to try again.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}
