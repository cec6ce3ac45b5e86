using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Attune.Server;

namespace Attune.Cli;

/// <summary>The options of every command that talks to a server: where it is, whom to believe, and who asks.</summary>
internal sealed class ServerArguments
{
    /// <summary>What help says of them beside their own lines.</summary>
    public const string Notes = """

        A server that knows who asks wants a key (attune key --help) or a token: --key, or better the environment variable ATTUNE_KEY, which other users of
        this machine do not see. An https server is held against the system's authorities, or those of --ca; --cert shows it a certificate.

        """;

    /// <summary>The environment variable that has the key.</summary>
    public const string KeyVariable = "ATTUNE_KEY";

    private readonly Option<Uri> _server = new("--server")
    {
        HelpName = "URL",
        Description = "Address of the server.",
        Recursive = true,
        DefaultValueFactory = _ => new Uri(ServerHost.DefaultUrl),
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https") return uri;
            result.AddError($"--server must be an address such as {ServerHost.DefaultUrl}. Given: '{text}'.");
            return new Uri(ServerHost.DefaultUrl);
        },
    };

    // The environment's value is no default of the option: help prints those.
    private readonly Option<string?> _key = new("--key")
    {
        HelpName = "KEY",
        Description = $"Key or token by which the server knows you; {KeyVariable} if not given.",
        Recursive = true,
    };

    private readonly Option<X509Certificate2Collection?> _authorities = Pem(
        "--ca", "PEM file with the authorities to believe in place of the system's.", path =>
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(path);
            return certificates.Count > 0 ? certificates : throw new CryptographicException("It has no certificate.");
        });

    private readonly Option<X509Certificate2?> _certificate = Pem(
        "--cert", "PEM file with your certificate and its private key, for a server that asks for one.", path => X509Certificate2.CreateFromPemFile(path));

    /// <summary>Adds them to a command, for its subcommands too.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _server, _key, _authorities, _certificate }) command.Options.Add(option);
    }

    /// <summary>What was given.</summary>
    public ServerConnection Read(ParseResult parsed)
    {
        var key = parsed.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeyVariable);
        return new ServerConnection(
            parsed.GetRequiredValue(_server), string.IsNullOrWhiteSpace(key) ? null : key.Trim(), parsed.GetValue(_authorities), parsed.GetValue(_certificate));
    }

    private static Option<T?> Pem<T>(string name, string description, Func<string, T> read)
        where T : class => new(name)
        {
            HelpName = "FILE",
            Description = description,
            Recursive = true,
            CustomParser = result =>
            {
                var path = result.Tokens[0].Value;
                try
                {
                    return read(path);
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
                {
                    result.AddError($"{name} {path} cannot be used: {exception.Message.TrimEnd('.')}. Give a PEM file.");
                    return null;
                }
            },
        };
}
