using System.CommandLine;
using Attune.Server;

namespace Attune.Cli;

/// <summary><c>--server URL</c>, of every command that talks to a server.</summary>
internal static class ServerOption
{
    /// <summary>Makes the option; a value that is no address is a usage error.</summary>
    public static Option<Uri> Create() => new("--server")
    {
        HelpName = "URL",
        Description = "Address of the server.",
        DefaultValueFactory = _ => new Uri(ServerHost.DefaultUrl),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return uri;
            result.AddError($"--server must be an address such as {ServerHost.DefaultUrl}. Given: '{text}'.");
            return new Uri(ServerHost.DefaultUrl);
        },
    };
}
