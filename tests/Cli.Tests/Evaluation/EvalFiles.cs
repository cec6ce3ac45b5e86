using System.Text.Json;

namespace Attune.Cli.Tests.Evaluation;

/// <summary>A folder with a manifest of recordings that ship, and room for outputs.</summary>
internal sealed class EvalFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public EvalFiles()
    {
        Manifest = Write(
            "test.jsonl",
            Line("digits-clean-1", "ann"),
            Line("digits-clean-2", "bob"),
            "",
            Line("digits-clean-3", "ann"));
        Json = Path("out.json");
    }

    /// <summary>Three recordings of two speakers.</summary>
    public string Manifest { get; }

    /// <summary>A JSON output that does not exist yet.</summary>
    public string Json { get; }

    /// <summary>Path of a file in the folder.</summary>
    public string Path(string name) => _folder.File(name);

    /// <summary>Writes a file.</summary>
    public string Write(string name, params string[] lines)
    {
        File.WriteAllLines(Path(name), lines);
        return Path(name);
    }

    /// <summary>Evaluates the manifest.</summary>
    public Task<CliRun> EvalAsync(params string[] more) => CliRun.RunAsync(["eval", "--manifest", Manifest, "--threads", "1", .. more]);

    /// <summary>Evaluates it and reads the JSON output.</summary>
    public async Task<JsonElement> EvalToJsonAsync(params string[] more)
    {
        var run = await EvalAsync(["--json", Json, .. more]);
        Assert.True(run.Status == ExitCode.Success, run.Error);
        using var json = JsonDocument.Parse(File.ReadAllText(Json));
        return json.RootElement.Clone();
    }

    public void Dispose() => _folder.Dispose();

    private static string Line(string sample, string speaker)
    {
        var text = File.ReadAllText(RepositoryFiles.Sample($"{sample}.txt")).Trim();
        return $$"""{"audio_filepath": "{{RepositoryFiles.Sample($"{sample}.wav")}}", "duration": 2, "text": "{{text}}", "speaker": "{{speaker}}"}""";
    }
}
