using System.Text.Json;

namespace Attune.Cli.Tests;

/// <summary>What one run of the program printed, and its exit status.</summary>
internal sealed record CliRun(int Status, string Output, string Error)
{
    /// <summary>The lines of the output, each a JSON object.</summary>
    public IReadOnlyList<JsonElement> Json =>
        [.. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    /// <summary>Runs the program in process. The server is never started: it returns 0.</summary>
    public static Task<CliRun> RunAsync(params string[] args) => RunAsync(new StringWriter(), args);

    /// <summary>The same with an output that a test provides.</summary>
    public static async Task<CliRun> RunAsync(StringWriter output, string[] args, CancellationToken cancellationToken = default)
    {
        using var error = new StringWriter();
        var status = await CommandLine.RunAsync(args, output, error, serve: _ => Task.FromResult(0), cancellationToken);
        return new CliRun(status, output.ToString(), error.ToString());
    }
}
