using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Attune.Server.Access;

namespace Attune.Cli.Keys;

/// <summary><c>attune key</c>: keys by which a server knows who asks.</summary>
internal static class KeyCommand
{
    /// <summary>Examples and notes for help.</summary>
    public const string Notes = """
        Examples:
          attune key new alice                                              may have audio recognised
          attune key new alice --tenant acme --roles recognise adapt        and Acme's domains learn from it
          attune key new root --roles recognise adapt administer --json     everything, for programs
          ATTUNE_KEY=attune_... attune domain list --server https://host:8443

        The key is random and printed once, and kept nowhere: the server's configuration has its SHA-256 alone. What is printed with it goes into the
        server's settings, for example the file of 'attune serve --config FILE.json', and counts from its next start. To take a key back, take its entry out.

        Roles: recognise (have audio recognised), adapt (have the tenant's domains learn from it, and see them), administer (reset, freeze, export and delete
        them; in the tenant 'default' also import and activate checkpoints). None includes another.

        Exit status:
          0    the key is printed
          2    the command line was not understood
        """;

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Makes the command.</summary>
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "Name of the client; the server's log tells it." };
        name.Validators.Add(result => RequireName("NAME", result.GetValueOrDefault<string>(), result.AddError));
        var tenant = new Option<string>("--tenant") { HelpName = "TENANT", Description = "Owner of the domains that it names and sees.", DefaultValueFactory = _ => new ClientOptions().Tenant };
        tenant.Validators.Add(result => RequireName("--tenant", result.GetValueOrDefault<string>(), result.AddError));
        var roles = new Option<string[]>("--roles")
        {
            HelpName = "ROLE",
            Description = $"What it may do: {string.Join(", ", Role.All)}.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [new ClientOptions().Roles],
        };
        roles.AcceptOnlyFromAmong([.. Role.All]);
        var json = new Option<bool>("--json") { Description = "Print one JSON object with key and settings, and nothing else." };
        var create = new Command("new", "Make a key, and the settings that let it in.") { name, tenant, roles, json };
        create.SetAction(parsed =>
        {
            var key = ApiKey.New();
            var settings = ToSettings(parsed.GetRequiredValue(name), ApiKey.Sha256Of(key), parsed.GetRequiredValue(tenant), parsed.GetRequiredValue(roles));
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json)
                ? new JsonObject { ["key"] = key, ["settings"] = settings }.ToJsonString()
                : $"""
                   The key, which is not shown again:
                     {key}

                   Into the server's settings:
                   {settings.ToJsonString(Indented)}
                   """);
            return ExitCode.Success;
        });
        return new Command("key", "Make keys by which a server knows who asks.") { create };
    }

    private static JsonObject ToSettings(string name, string sha256, string tenant, string[] roles) => new()
    {
        ["Access"] = new JsonObject
        {
            ["Clients"] = new JsonObject
            {
                [name] = new JsonObject
                {
                    [nameof(ClientOptions.KeySha256)] = sha256,
                    [nameof(ClientOptions.Tenant)] = tenant,
                    [nameof(ClientOptions.Roles)] = string.Join(' ', roles),
                },
            },
        },
    };

    private static void RequireName(string what, string? text, Action<string> addError)
    {
        if (text is null || !ApiKey.IsName(text)) addError($"{what} must {ApiKey.NameRule}. Given: '{text}'.");
    }
}
