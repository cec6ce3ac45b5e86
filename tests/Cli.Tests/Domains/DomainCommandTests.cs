using Attune.Server;
using Attune.V1;
using Google.Protobuf;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;

namespace Attune.Cli.Tests.Domains;

/// <summary>With a server of its own on a loopback port, whose domains learn from two utterances.</summary>
public sealed class DomainCommandTests : IAsyncLifetime
{
    private readonly TinyTextModel _story = TinyTextModel.Gpt2();
    private WebApplication _app = null!;

    private string Url => _app.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        _app = await ServerHost.BuildAsync(
        [
            "--urls", "http://127.0.0.1:0", "--Logging:LogLevel:Default", "None", "--Adaptation:Fast:Parameters", "top-1",
            "--Adaptation:Slow:UtterancesPerUpdate", "2", "--Adaptation:Slow:FastSteps", "1", "--Adaptation:Gate:HeldBack", "0",
            $"--Text:Models:story={_story.FolderPath}", "--Text:Slow:ExamplesPerUpdate", "24", "--Text:Slow:HeldBackShare", "0.5", "--Text:Slow:LearningRate", "0.02",
            "--Text:Slow:MinLocality", "0",
        ]);
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _story.Dispose();
    }

    [Fact]
    public async Task Domain_EveryCommand_DoesAndShowsIt()
    {
        await TeachAsync("line-7");

        var list = await RunAsync("list");
        var show = await RunAsync("show", "line-7", "--json");
        var revisions = await RunAsync("revisions", "line-7");
        using var folder = new TemporaryFolder();
        var exported = await RunAsync("export", "line-7", "--out", folder.File("line-7.safetensors"));
        var refused = await RunAsync("export", "line-7", "--out", folder.File("line-7.safetensors"));
        var absent = await RunAsync("export", "line-7", "--revision", "9", "--out", folder.File("other.safetensors"));
        var frozen = await RunAsync("freeze", "line-7");
        var thawed = await RunAsync("unfreeze", "line-7", "--json");
        var reset = await RunAsync("reset", "line-7");
        var asked = await RunAsync("delete", "line-7");
        var deleted = await RunAsync("delete", "line-7", "--yes");
        var gone = await RunAsync("show", "line-7");

        Assert.Matches("^line-7 +revision 1 +2 utterances +1 updates", list.Output);
        Assert.Equal(("line-7", "1"), (show.Json[0].GetProperty("name").GetString(), show.Json[0].GetProperty("revision").GetString()));
        Assert.Matches("1 from 0 .* passed  serves", revisions.Output);
        Assert.StartsWith("Wrote revision 1 of line-7 to ", exported.Output, StringComparison.Ordinal);
        using (var model = Attune.Recognition.Models.Model.Open(RepositoryFiles.Model("spoken-numbers-en")))
            Assert.Equal(1, Attune.Adaptation.Revisions.RevisionFile.Read(await File.ReadAllBytesAsync(folder.File("line-7.safetensors")), model).Number);
        Assert.Equal((ExitCode.RunFailed, true), (refused.Status, refused.Error.Contains("exists", StringComparison.Ordinal)));
        Assert.Equal((ExitCode.RunFailed, true), (absent.Status, absent.Error.Contains("no revision 9", StringComparison.Ordinal)));
        Assert.Equal(["line-7.safetensors"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        Assert.StartsWith("line-7 (frozen)", frozen.Output, StringComparison.Ordinal);
        Assert.False(thawed.Json[0].GetProperty("frozen").GetBoolean());
        Assert.Contains("serves      the model", reset.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Usage, true), (asked.Status, asked.Error.Contains("--yes", StringComparison.Ordinal)));
        Assert.StartsWith("Deleted line-7: 2 utterances, 1 revisions.", deleted.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.RunFailed, gone.Status);
        Assert.Contains("There is no domain 'line-7'", gone.Error, StringComparison.Ordinal);
        Assert.Contains("attune domain list", gone.Error, StringComparison.Ordinal);
        Assert.All([list, show, revisions, exported, frozen, thawed, reset, deleted], run => Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error)));
    }

    [Fact]
    public async Task Domain_Examples_AreAddedListedAndDeleted()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(folder.File("orders.jsonl"), Enumerable.Range(0, 101).Select(i => $$"""{"text": "sheets\nno. {{i}}"}"""));
        await File.WriteAllTextAsync(folder.File("wrong.jsonl"), """{"text": "a"}""" + "\n" + """{"text": ""}""");

        var added = await RunAsync("examples", "add", "orders", folder.File("orders.jsonl"), "--model", "story", "--days", "2");
        var listed = await RunAsync("examples", "list", "orders", "--json");
        var shown = await RunAsync("examples", "list", "orders");
        var id = listed.Json[0].GetProperty("id").GetString()!;
        var one = await RunAsync("examples", "delete", "orders", id);
        var asked = await RunAsync("examples", "delete", "orders");
        var all = await RunAsync("examples", "delete", "orders", "--yes");
        var wrong = await RunAsync("examples", "add", "orders", folder.File("wrong.jsonl"));
        var elsewhere = await RunAsync("examples", "add", "orders", folder.File("orders.jsonl"), "--model", "stories");
        var help = await RunAsync("examples", "add", "--help");

        Assert.Equal(
            ["Added 100 examples to orders, which has 100 of at most 1000 for story.", "Added 1 examples to orders, which has 101 of at most 1000 for story."],
            added.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Equal(101, listed.Json.Count);
        Assert.Contains("sheets\nno. 0", listed.Json.Select(example => example.GetProperty("text").GetString()));
        Assert.Matches($"^{id}  until .*  sheets no. ", shown.Output); // a line each
        Assert.StartsWith("Deleted 1 examples of orders.", one.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Usage, true), (asked.Status, asked.Error.Contains("--yes", StringComparison.Ordinal)));
        Assert.StartsWith("Deleted 100 examples of orders.", all.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.RunFailed, true), (wrong.Status, wrong.Error.Contains("line 2", StringComparison.Ordinal)));
        Assert.Equal((ExitCode.RunFailed, true), (elsewhere.Status, elsewhere.Error.Contains("model must be one of story. Given: 'stories'.", StringComparison.Ordinal)));
        Assert.Contains("attune domain examples add orders orders.jsonl", help.Output, StringComparison.Ordinal);
        Assert.All([added, listed, shown, one, all, help], run => Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error)));
    }

    [Fact]
    public async Task Domain_OfATextModel_EveryCommandIsAboutWhatItLearntWithThat()
    {
        await TeachTextAsync("orders");

        var list = await RunAsync("list", "--model", "story");
        var show = await RunAsync("show", "orders", "--model", "story");
        var revisions = await RunAsync("revisions", "orders", "--model", "story");
        using var folder = new TemporaryFolder();
        var exported = await RunAsync("export", "orders", "--model", "story", "--out", folder.File("orders.safetensors"));
        var frozen = await RunAsync("freeze", "orders", "--model", "story");
        var thawed = await RunAsync("unfreeze", "orders", "--model", "story");
        var reset = await RunAsync("reset", "orders", "--model", "story");
        var restored = await RunAsync("reset", "orders", "--model", "story", "--revision", "1", "--json");
        var speech = await RunAsync("revisions", "orders");
        var unknown = await RunAsync("revisions", "orders", "--model", "stories");
        var absent = await RunAsync("show", "order", "--model", "story");
        using var interrupt = new CancellationTokenSource();
        using var output = new InterruptingWriter(interrupt, lines: 1);
        var watched = await CliRun.RunAsync(output, ["domain", "watch", "orders", "--model", "story", "--from", "0", "--server", Url], interrupt.Token);

        Assert.Matches("^orders +revision 1 +24 examples +1 updates", list.Output);
        Assert.Contains("\n  examples    24: 24 learnt from", show.Output, StringComparison.Ordinal);
        Assert.Matches("1 from 0 .* passed  serves", revisions.Output);
        Assert.StartsWith("Wrote revision 1 of orders to ", exported.Output, StringComparison.Ordinal);
        Assert.StartsWith("orders (frozen)", frozen.Output, StringComparison.Ordinal);
        Assert.StartsWith("orders\n", thawed.Output, StringComparison.Ordinal);
        Assert.Contains("serves      the model", reset.Output, StringComparison.Ordinal);
        Assert.Equal("1", restored.Json[0].GetProperty("revision").GetString());
        Assert.Matches("^ *[0-9]+  .*Z  orders +updated 1 from the model, 24 examples, loss .* -> .*, passed\n$", watched.Output);
        Assert.Equal((ExitCode.Success, ""), (speech.Status, speech.Output)); // of speech it learnt nothing
        Assert.Equal((ExitCode.RunFailed, "attune: model must be one of story. Given: 'stories'.\n"), (unknown.Status, unknown.Error));
        Assert.Equal((ExitCode.RunFailed, true), (absent.Status, absent.Error.Contains("from its first example. 'attune domain list' shows the domains, with --model", StringComparison.Ordinal)));
        Assert.All([list, show, revisions, exported, frozen, thawed, reset, restored, speech, watched], run => Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error)));
    }

    [Fact]
    public async Task Domain_ExamplesOfWhichTheServerRefusesOne_SaysHowFarItGot()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllLinesAsync(folder.File("orders.jsonl"), Enumerable.Range(0, 150).Select(i => $$"""{"text": "{{new string('a', i == 120 ? 40_000 : 1)}}"}"""));

        var run = await RunAsync("examples", "add", "orders", folder.File("orders.jsonl"));
        var listed = await RunAsync("examples", "list", "orders", "--json");

        Assert.Equal(ExitCode.RunFailed, run.Status);
        Assert.Equal(100, listed.Json.Count);
        Assert.Contains("100 of the 150 examples of ", run.Error, StringComparison.Ordinal);
        Assert.Contains("examples[0] of what failed is number 101 of the file", run.Error, StringComparison.Ordinal);
        Assert.Contains("examples[20].text must have 1 to ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Domain_Language_IsToldShownAndForgotten()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("orders.txt"), "one two three\n\nfour  five\n");
        await File.WriteAllTextAsync(folder.File("calls.jsonl"), """{"audio_filepath": "a.wav", "text": "six"}""");

        var told = await RunAsync("language", "set", "line-7", folder.File("orders.txt"), folder.File("calls.jsonl"), "--hotword", "nine nine=6", "--days", "2", "--json");
        var shown = await RunAsync("language", "show", "line-7");
        var forgotten = await RunAsync("language", "delete", "line-7");
        var gone = await RunAsync("language", "show", "line-7");
        var nothing = await RunAsync("language", "set", "line-7");
        var noFile = await RunAsync("language", "set", "line-7", folder.File("none.txt"));

        var language = told.Json[0];
        Assert.Equal("one two three\nfour five\nsix", language.GetProperty("text").GetString());
        Assert.Equal(("nine nine", 6.0), (language.GetProperty("hotwords")[0].GetProperty("phrase").GetString(), language.GetProperty("hotwords")[0].GetProperty("boost").GetDouble()));
        Assert.Equal(TimeSpan.FromDays(2), language.GetProperty("expireTime").GetDateTime() - language.GetProperty("createTime").GetDateTime());
        Assert.Contains("    nine nine +6\n  sentences   3\n    one two three\n", shown.Output, StringComparison.Ordinal);
        Assert.All([told, shown, forgotten], run => Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error)));
        Assert.All([gone, nothing, noFile], run => Assert.Equal((ExitCode.RunFailed, ""), (run.Status, run.Output)));
        Assert.Contains("hotwords", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("none.txt", noFile.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Domain_WatchFromTheBeginning_ShowsEventsUntilInterrupted()
    {
        await TeachAsync("line-7");
        await TeachAsync("line-8");
        using var interrupt = new CancellationTokenSource();
        using var output = new InterruptingWriter(interrupt, lines: 1);

        var run = await CliRun.RunAsync(output, ["domain", "watch", "line-8", "--from", "0", "--server", Url], interrupt.Token);

        Assert.Equal((ExitCode.Success, ""), (run.Status, run.Error));
        Assert.Matches("^ *2  .*Z  line-8 +updated 1 from the model, 2 utterances, loss .* -> .*, passed\n$", run.Output);
    }

    [Theory]
    [InlineData("show", "DOMAIN")]
    [InlineData("reset line-7 --revision -1", "--revision must be 0 or more")]
    [InlineData("language set line-7 --days 400", "--days must be from 0.001 to 365")]
    [InlineData("language set line-7 --hotword nine=x", "--hotword must be a phrase")]
    [InlineData("list --server here", "--server must be an address")]
    public async Task Domain_BadArgument_IsUsageError(string arguments, string message)
    {
        var run = await CliRun.RunAsync(["domain", .. arguments.Split(' ')]);

        Assert.Equal(ExitCode.Usage, run.Status);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains("Try 'attune domain", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Domain_NoServer_SaysHowToStartOne()
    {
        var run = await CliRun.RunAsync("domain", "list", "--server", "http://127.0.0.1:9");

        Assert.Equal(ExitCode.CannotRun, run.Status);
        Assert.Contains("attune serve", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.RunAsync(["domain", .. arguments, "--server", Url]);

    /// <summary>Says two utterances and waits for the update.</summary>
    private async Task TeachAsync(string domain)
    {
        using var channel = GrpcChannel.ForAddress(Url);
        using var watch = new V1.Adaptation.AdaptationClient(channel).WatchEvents(new WatchEventsRequest { Domain = domain, AfterId = 0 });
        foreach (var sample in new[] { "digits-clean-1", "digits-clean-2" })
        {
            var audio = ByteString.CopyFrom(await File.ReadAllBytesAsync(RepositoryFiles.Sample(sample + ".wav")));
            await new Speech.SpeechClient(channel).RecognizeAsync(new RecognizeRequest { Audio = audio, Config = new RecognitionConfig { Domain = domain } });
        }

        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    /// <summary>Adds examples and waits for the update.</summary>
    private async Task TeachTextAsync(string domain)
    {
        using var channel = GrpcChannel.ForAddress(Url);
        using var watch = new V1.Adaptation.AdaptationClient(channel).WatchEvents(new WatchEventsRequest { Domain = domain, Model = "story", AfterId = 0 });
        await new V1.Text.TextClient(channel).AddExamplesAsync(
            new AddExamplesRequest { Domain = domain, Model = "story", Examples = { Enumerable.Range(0, 24).Select(i => new Example { Text = $"the cat sat on the mat {i % 5}" }) } });
        Assert.True(await watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
    }

    /// <summary>Presses Ctrl-C after so many lines.</summary>
    private sealed class InterruptingWriter(CancellationTokenSource interrupt, int lines) : StringWriter
    {
        private int _left = lines;

        public override async Task WriteLineAsync(string? value)
        {
            await base.WriteLineAsync(value);
            if (--_left == 0) await interrupt.CancelAsync();
        }
    }
}
