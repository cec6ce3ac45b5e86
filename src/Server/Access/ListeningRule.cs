using System.Net;
using Attune.Server.Configuration;
using Attune.Server.Telemetry;

namespace Attune.Server.Access;

/// <summary>
/// The server does not listen where other machines reach it as long as everybody who reaches it may do everything, nor at an https address without certificate.
/// </summary>
internal static class ListeningRule
{
    private const string Endpoints = "Kestrel:Endpoints";

    /// <exception cref="ConfigurationException">It would.</exception>
    public static void Check(IConfiguration configuration, AccessRules rules)
    {
        string[] addresses = [.. Addresses(configuration)];
        if (!HasCertificate(configuration) && addresses.FirstOrDefault(address => address.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) is { } bare)
        {
            throw new ConfigurationException(
                [$"{bare} needs a certificate. Give {TlsOptions.Section}:{nameof(TlsOptions.Certificate)} and {TlsOptions.Section}:{nameof(TlsOptions.Key)}, or an http address."]);
        }

        if (!rules.IsOpen || addresses.FirstOrDefault(address => !IsLocal(address)) is not { } reachable) return;
        throw new ConfigurationException(
        [
            $"Other machines reach {reachable}, and there are no credentials: whoever comes could use the server and change what it has learnt. "
            + $"Make a key with 'attune key new NAME' and put what it prints into the settings ({ClientOptions.Section}, or {JwtOptions.Section}). Or listen on 127.0.0.1. "
            + $"Or say what strangers may do, such as --{AccessOptions.Section}:{nameof(AccessOptions.Anonymous)}={Role.Recognise}.",
        ]);
    }

    /// <summary>Addresses at which credentials would travel in plain text.</summary>
    public static IEnumerable<string> PlainText(IConfiguration configuration) =>
        Addresses(configuration).Where(address => address.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !IsLocal(address));

    private static bool HasCertificate(IConfiguration configuration) =>
        configuration[$"{TlsOptions.Section}:{nameof(TlsOptions.Certificate)}"] is { Length: > 0 }
        || configuration.GetSection("Kestrel:Certificates").Exists()
        || configuration.GetSection(Endpoints).GetChildren().Any(endpoint => endpoint.GetSection("Certificate").Exists());

    /// <summary>Where the settings say to listen, with the precedence that Kestrel gives them, but for the door that only tells figures.</summary>
    public static IEnumerable<string> Addresses(IConfiguration configuration)
    {
        if (configuration.GetSection(Endpoints).GetChildren().ToArray() is { Length: > 0 } endpoints)
            return endpoints.Where(endpoint => endpoint.Key != TelemetryServices.MetricsDoor).Select(endpoint => endpoint["Url"] ?? "");
        if (configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 } urls) return urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return Ports(configuration, WebHostDefaults.HttpPortsKey, "http").Concat(Ports(configuration, WebHostDefaults.HttpsPortsKey, "https"));
    }

    private static IEnumerable<string> Ports(IConfiguration configuration, string key, string scheme) =>
        (configuration[key] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(port => $"{scheme}://*:{port}");

    private static bool IsLocal(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            return true; // nobody listens there: the start fails, and says why
        }

        return parsed.IsUnixPipe
            || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}
