using System.Text.Json;

namespace Attune.Cli.Tests.Evaluation;

public sealed class EvalRunTests : IDisposable
{
    private readonly EvalFiles _files = new();

    [Fact]
    public async Task Eval_NoiseAndStrategies_WritesAResultForEach()
    {
        var report = await _files.EvalToJsonAsync("--noise", "white@5", "clean", "--strategies", "none,suta:steps=1", "--worst", "1");

        var results = report.GetProperty("results").EnumerateArray().ToList();
        Assert.Equal(
            ["white@5 none", "white@5 suta:steps=1", "clean none", "clean suta:steps=1"],
            results.Select(result => $"{result.GetProperty("scenario")} {result.GetProperty("strategy")}"));
        Assert.All(results, result =>
        {
            var words = result.GetProperty("words");
            Assert.Equal(3, result.GetProperty("utterances").GetInt32());
            Assert.Equal(
                words.GetProperty("errors").GetDouble() / words.GetProperty("reference").GetDouble(), result.GetProperty("wer").GetDouble(), 1e-6);
            Assert.Equal(
                words.GetProperty("errors").GetInt32(),
                Sum(words, "substitutions", "insertions", "deletions"));
            Assert.InRange(result.GetProperty("cer").GetDouble(), 0, 2);
            Assert.True(result.GetProperty("compute_s_per_audio_s").GetDouble() > 0);
            Assert.Equal(["ann", "bob"], result.GetProperty("by_speaker").EnumerateArray().Select(group => group.GetProperty("name").GetString()));
            Assert.Equal(
                words.GetProperty("errors").GetInt32(),
                result.GetProperty("by_speaker").EnumerateArray().Sum(group => group.GetProperty("words").GetProperty("errors").GetInt32()));
            Assert.Equal(result.GetProperty("scenario").GetString(), result.GetProperty("by_noise")[0].GetProperty("name").GetString());
        });
        Assert.Equal(JsonValueKind.Null, results[0].GetProperty("wer_minus_none").ValueKind);
        Assert.Equal(
            results[1].GetProperty("wer").GetDouble() - results[0].GetProperty("wer").GetDouble(),
            results[1].GetProperty("wer_minus_none").GetProperty("difference").GetDouble(),
            1e-6);
        Assert.Equal((0, 1), (results[0].GetProperty("steps_per_utterance").GetDouble(), results[1].GetProperty("steps_per_utterance").GetDouble()));
        Assert.True(results[0].GetProperty("wer").GetDouble() > results[2].GetProperty("wer").GetDouble());
        Assert.False(File.Exists(_files.Json + ".journal"));
    }

    [Fact]
    public async Task Eval_NoNoise_IsClean()
    {
        var report = await _files.EvalToJsonAsync("--strategies", "none", "--limit", "2");

        var result = Assert.Single(report.GetProperty("results").EnumerateArray());
        Assert.Equal("clean", result.GetProperty("scenario").GetString());
        Assert.Equal(2, result.GetProperty("utterances").GetInt32());
        Assert.InRange(result.GetProperty("wer").GetDouble(), 0, 0.5);
    }

    [Fact]
    public async Task Eval_Scenario_IsOneStreamThroughItsConditions()
    {
        var scenario = _files.Write("storm.yml", "conditions: [clean, noises, clean]", "order: sequence", "segments: 1");

        var report = await _files.EvalToJsonAsync("--scenario", scenario, "--noise", "white@0", "--strategies", "none");

        var result = Assert.Single(report.GetProperty("results").EnumerateArray());
        Assert.Equal("storm", result.GetProperty("scenario").GetString());
        Assert.Equal(
            [("clean", 2), ("white@0", 1)],
            result.GetProperty("by_noise").EnumerateArray().Select(group => (group.GetProperty("name").GetString()!, group.GetProperty("utterances").GetInt32())));
    }

    [Fact]
    public async Task Eval_Repeated_GivesTheSameNumbers()
    {
        string[] command = ["--noise", "white@5", "--scenario", "mixed", "--limit", "3", "--strategies", "none,suta:steps=2"];

        var first = await _files.EvalToJsonAsync(command);
        var second = await _files.EvalToJsonAsync(command);
        var other = await _files.EvalToJsonAsync([.. command, "--seed", "2"]);

        Assert.Equal(Timeless(first), Timeless(second));
        Assert.NotEqual(Timeless(first), Timeless(other));
    }

    [Fact]
    public async Task Eval_NeighboursKilled_HearsTheEarlierUtterancesAgain()
    {
        var journal = _files.Path("kept");
        string[] command = ["--noise", "white@0", "--strategies", "suta:steps=5:rate=1e-3:neighbours=2", "--journal", journal];
        var whole = await _files.EvalToJsonAsync(command);
        var lines = File.ReadAllLines(journal);
        File.WriteAllLines(journal, lines.Take(3)); // the basis and two of three

        var resumed = await _files.EvalToJsonAsync(command);

        // The third utterance's neighbours are the two before it, which no journal has.
        Assert.Equal(Timeless(whole), Timeless(resumed));
    }

    [Fact]
    public async Task Eval_Killed_GoesOnWhereItStopped()
    {
        var journal = _files.Path("kept");
        string[] command = ["--noise", "white@5", "--strategies", "none,suta:steps=1", "--journal", journal];
        var whole = await _files.EvalToJsonAsync(command);
        var lines = File.ReadAllLines(journal);
        // The basis, the three of "none", one of "suta", and half a line.
        File.WriteAllText(journal, string.Join('\n', lines.Take(5)) + "\n" + lines[5][..20]);

        var run = await _files.EvalAsync(["--json", _files.Json, .. command]);

        Assert.Contains("going on after 4 utterances", run.Error, StringComparison.Ordinal);
        Assert.Equal(Timeless(whole), Timeless(JsonDocument.Parse(File.ReadAllText(_files.Json)).RootElement));
        Assert.Equal(lines.Length, File.ReadAllLines(journal).Length);
    }

    [Fact]
    public async Task Eval_JournalOfOtherOptions_IsRefusedUnlessRestarted()
    {
        var journal = _files.Path("kept");
        await _files.EvalAsync("--strategies", "none", "--limit", "1", "--journal", journal);

        string[] other = ["--strategies", "none", "--limit", "1", "--learning-rate", "2e-4", "--journal", journal];
        var refused = await _files.EvalAsync(other);
        var restarted = await _files.EvalAsync([.. other, "--restart"]);

        Assert.Equal(ExitCode.RunFailed, refused.Status);
        Assert.Contains("has results of another evaluation (options)", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, restarted.Status);
    }

    [Fact]
    public async Task Eval_Markdown_HasTablesAndTheWorstUtterances()
    {
        var run = await _files.EvalAsync("--noise", "white@0", "--strategies", "none", "--markdown", _files.Path("out.md"));

        var text = File.ReadAllText(_files.Path("out.md"));
        Assert.Contains("| scenario | utterances | none |", text, StringComparison.Ordinal);
        Assert.Contains("attune eval --manifest", text, StringComparison.Ordinal);
        Assert.Contains("  REF  ", text, StringComparison.Ordinal);
        Assert.Contains("-25 dB of full scale", text, StringComparison.Ordinal);
        Assert.Contains("white@0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_SearchForFinals_IsComparedWithTheBestPath()
    {
        var model = _files.Path("digits.arpa");
        await CliRun.RunAsync("lm", "build", _files.Manifest, "--out", model);

        var run = await _files.EvalAsync(
            "--noise", "white@5", "--lm", model, "--hotword", "four five", "--strategies", "none,none:beam=1,none:beam=16:lm=0.5:hotwords=on,suta:steps=1,suta:steps=1:lm=0.5",
            "--markdown", _files.Path("out.md"));

        Assert.True(run.Status == ExitCode.Success, run.Error);
        var rows = File.ReadAllLines(_files.Path("out.md")).SkipWhile(line => line != "## What decoding adds").Skip(4).TakeWhile(line => line.Length > 0)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        Assert.Equal(["none:beam=1", "none:beam=16:lm=0.5:hotwords=on", "suta:steps=1:lm=0.5"], rows.Select(row => row[1]));
        Assert.Equal("0.0", rows[0][4]); // a beam of 1 is the best path
        Assert.StartsWith("-", rows[1][4], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Eval_EveryStrategy_RunsAndTheLearningOnesLearn()
    {
        var scenario = _files.Write("storm.yml", "conditions: [white@5, clean]", "order: cycle", "segments: 3", "utterances: 8");
        var manifest = _files.Write("more.jsonl", [.. File.ReadAllLines(_files.Manifest), .. File.ReadAllLines(_files.Manifest)]);
        const string strategies = "none,tent:rate=1e-2,sdpl:steps=1:rate=1e-2,suta:steps=1,sgem:steps=1,csuta:rate=1e-2,slow-only:rate=1e-2:every=2,dsuta:steps=1:every=2:rate=1e-2,"
            + "dsuta-fixed:steps=1:every=2:guards=on,dsuta-oracle:steps=1:every=2,dsuta-dynamic:steps=1:every=2:window=6,awmc:rate=1e-2";

        var run = await CliRun.RunAsync(
            "eval", "--manifest", manifest, "--threads", "1", "--scenario", scenario, "--strategies", strategies, "--scorecard",
            "--json", _files.Json, "--html", _files.Path("out.html"), "--pictures", _files.Path("pictures"));

        Assert.True(run.Status == ExitCode.Success, run.Error);
        using var json = JsonDocument.Parse(File.ReadAllText(_files.Json));
        var results = json.RootElement.GetProperty("results").EnumerateArray().ToDictionary(result => result.GetProperty("strategy").GetString()!.Split(':')[0]);
        Assert.Equal(
            ["none", "tent", "sdpl", "suta", "sgem", "csuta", "slow-only", "dsuta", "dsuta-fixed", "dsuta-oracle", "dsuta-dynamic", "awmc"],
            results.Keys);
        Assert.All(results.Values, result => Assert.Equal(8, result.GetProperty("utterances").GetInt32()));
        Assert.Equal([3, 6], results["dsuta-oracle"].GetProperty("resets").EnumerateArray().Select(reset => reset.GetInt32()));
        Assert.Empty(results["dsuta"].GetProperty("resets").EnumerateArray());
        // What keeps nothing leaves other speech as it was; steps a hundred times too large do not.
        Assert.Equal(1, results["suta"].GetProperty("scorecard").GetProperty("locality").GetDouble());
        Assert.True(results["csuta"].GetProperty("scorecard").GetProperty("locality").GetDouble() < 1);
        Assert.Contains(json.RootElement.GetProperty("orderings").EnumerateArray(), ordering =>
            ordering.GetProperty("candidate").GetString() == "dsuta" && ordering.GetProperty("baseline").GetString() == "slow-only");

        var html = File.ReadAllText(_files.Path("out.html"));
        Assert.DoesNotContain("://", html, StringComparison.Ordinal); // no other file and no network; base64 has no colon
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        Assert.Contains("name=\"viewport\"", html, StringComparison.Ordinal);
        foreach (var picture in new[] { "error-rates", "compute", "running-difference-1", "loss-improvement-1" })
            Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(Path.Combine(_files.Path("pictures"), $"{picture}.png"))[..4]);
    }

    [Fact]
    public async Task Eval_BadLines_AreAllNamed()
    {
        var manifest = _files.Write(
            "bad.jsonl",
            "nonsense",
            "{\"text\": \"ONE\"}",
            "{\"audio_filepath\": \"gone.wav\", \"text\": \"ONE\"}",
            "{\"audio_filepath\": 5, \"text\": [\"ONE\"]}",
            File.ReadAllLines(_files.Manifest)[0]);

        var refused = await CliRun.RunAsync("eval", "--manifest", manifest, "--strategies", "none");
        var skipped = await CliRun.RunAsync("eval", "--manifest", manifest, "--strategies", "none", "--skip-invalid");

        Assert.Equal(ExitCode.RunFailed, refused.Status);
        Assert.Contains("line 1: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("line 2: 'audio_filepath' is missing.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("line 3: ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("line 4: 'text' must be text. Given: [\"ONE\"]", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--skip-invalid", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, skipped.Status);
        Assert.Contains("4 lines of", skipped.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "--strategies none,fast", "A strategy must be one of none, tent, sdpl, suta,")]
    [InlineData(ExitCode.Usage, "--strategies ,", "--strategies must name at least one of none, tent,")]
    [InlineData(ExitCode.Usage, "--strategies suta:steps=101", "Given: 'steps=101' in 'suta:steps=101'.")]
    [InlineData(ExitCode.Usage, "--strategies suta:neighbours=17", "neighbours to 16, a beam")]
    [InlineData(ExitCode.Usage, "--strategies suta:parameters=some", "Given: 'parameters=some' in")]
    [InlineData(ExitCode.Usage, "--strategies none --noise white@loud", "--noise must be FILE@SNR, FOLDER@SNR, white@SNR")]
    [InlineData(ExitCode.Usage, "--strategies none --limit 0", "--limit must be at least 1. Given: '0'.")]
    [InlineData(ExitCode.Usage, "--strategies suta:parameters=top-99", "top-99 needs 99 transformer layers; the model has 4.")]
    [InlineData(ExitCode.Usage, "--strategies none:beam=0", "Given: 'beam=0' in 'none:beam=0'.")]
    [InlineData(ExitCode.Usage, "--strategies none:temperature=0.01", "a temperature from 0.1 to 10.")]
    [InlineData(ExitCode.RunFailed, "--strategies none:lm=0.5", "The strategy none:lm=0.5 needs a language model. Give one with --lm FILE.")]
    [InlineData(ExitCode.RunFailed, "--strategies none --noise gone.wav@5", "The noise ")]
    [InlineData(ExitCode.RunFailed, "--strategies none --scenario mixed", "The scenario mixed needs noises")]
    [InlineData(ExitCode.RunFailed, "--strategies none --scenario gone", "There is no scenario gone")]
    [InlineData(ExitCode.CannotRun, "--strategies none --model gone", "The model folder ")]
    public async Task Eval_BadValue_NamesRuleAndValue(int status, string options, string message)
    {
        var run = await _files.EvalAsync(options.Split(' '));

        Assert.Equal(status, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Eval_ManifestMissing_SaysSo()
    {
        var run = await CliRun.RunAsync("eval", "--manifest", _files.Path("gone.jsonl"), "--strategies", "none");

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Contains("gone.jsonl", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_Eval_HasExamplesScenariosAndJson()
    {
        var run = await CliRun.RunAsync("eval", "--help");

        Assert.Equal(ExitCode.Success, run.Status);
        Assert.Contains("Examples:\n  attune eval ", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);
        Assert.Contains("sudden-100", run.Output, StringComparison.Ordinal);
        Assert.Contains("compute_s_per_audio_s", run.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private static int Sum(JsonElement element, params string[] names) => names.Sum(name => element.GetProperty(name).GetInt32());

    /// <summary>A report without what a clock measured.</summary>
    private static string Timeless(JsonElement report) => string.Join(
        '\n', report.GetRawText().Split('\n').Where(line => !line.Contains("_s_per_audio_s", StringComparison.Ordinal)));
}
