using Attune.Fuzzing;
using Attune.Fuzzing.Targets;
using Attune.Server.Tests.Serving.Streaming;

namespace Attune.Server.Tests;

/// <summary>The whole corpus, findings of the past included, and a few thousand changes of it, for every parser of bytes that come from outside.</summary>
public class FuzzingTests
{
    private const int Seed = 1, Steps = 2_000;

    public static TheoryData<string> Parsers => [.. FuzzTargets.Names];

    [Theory]
    [MemberData(nameof(Parsers))]
    public void Step_CorpusAndItsChanges_AreUnderstoodOrRefused(string parser)
    {
        if (parser == "compressed" && !IsInstalled("ffmpeg")) Assert.Skip("ffmpeg is not installed (apt-get install ffmpeg).");
        using var targets = new FuzzTargets();
        var target = targets[parser];

        var run = Run(target, Corpus.Read(Corpus.Folder, target), parser switch
        {
            "compressed" => 20, // each starts a process
            "services" => 200, // each is a call over the network
            _ => Steps,
        });

        Assert.Empty(run.Findings.Select(finding => finding.Problem));
        Assert.True(run.Outcomes > 1, "Nothing was understood.");
    }

    [Fact]
    public void Step_ParserWithFaults_FindsEachOfThemOnce()
    {
        var faulty = new FuzzTarget("faulty", Faulty, exception => exception is FormatException) { Tokens = ["big", "bad"], MaxAllocated = 1 << 16, MaxMessage = 100 };

        var run = Run(faulty, ["begin"u8.ToArray()], Steps);
        var again = Run(faulty, ["begin"u8.ToArray()], Steps);

        Assert.Single(run.Findings, finding => finding.Problem.Contains("allocated", StringComparison.Ordinal));
        Assert.Single(run.Findings, finding => finding.Problem.Contains(nameof(InvalidOperationException), StringComparison.Ordinal));
        Assert.Single(run.Findings, finding => finding.Problem.Contains("characters", StringComparison.Ordinal));
        Assert.Equal(run.Findings.Select(finding => finding.Input), again.Findings.Select(finding => finding.Input));
    }

    [Fact]
    public void TakeLeft_InputThatEndedTheProcess_IsFound()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("working");
        var watchdog = new Watchdog(path, limit: 60, TimeProvider.System);
        watchdog.Begin("deadly"u8.ToArray());
        File.Copy(path, folder.File("left")); // as the killed process leaves it
        watchdog.Dispose();

        Assert.Equal("deadly"u8.ToArray(), Watchdog.TakeLeft(folder.File("left")));
        Assert.Null(Watchdog.TakeLeft(path));
    }

    [Fact]
    public void Look_SameInputAsOftenAsTheLimitSays_Hangs()
    {
        using var folder = new TemporaryFolder();
        using var watchdog = new Watchdog(folder.File("working"), limit: 3, new ManualClock());

        watchdog.Begin([1]);
        bool[] first = [watchdog.Look(), watchdog.Look(), watchdog.Look()]; // the first sees it for the first time
        watchdog.End();
        bool[] between = [watchdog.Look(), watchdog.Look(), watchdog.Look(), watchdog.Look()];
        watchdog.Begin([1]);
        bool[] second = [watchdog.Look(), watchdog.Look(), watchdog.Look(), watchdog.Look()];

        Assert.All(first.Concat(between), Assert.False);
        Assert.Equal([false, false, false, true], second);
    }

    [Fact]
    public void Results_PiecesOfSeveralSittings_AreAddedUp()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("fuzz.csv");
        new FuzzResults(path).Add(new FuzzPiece("wav", 1, 300.25, 1000, 40, 0, TimeSpan.FromMilliseconds(12.5), 4096));
        new FuzzResults(path).Add(new FuzzPiece("recipe", 1, 10, 50, 5, 1, TimeSpan.FromMilliseconds(2), 2048));
        new FuzzResults(path).Add(new FuzzPiece("wav", 2, 299.75, 3000, 50, 1, TimeSpan.FromMilliseconds(1), 8192));

        var results = new FuzzResults(path);

        Assert.Equal((600, 3), (results.Seconds("wav"), results.NextSeed("wav")));
        Assert.Equal((0, 1), (results.Seconds("scenario"), results.NextSeed("scenario")));
        Assert.EndsWith(
            """
            |---|---|---|---|---|---|---|---|
            | wav | 1 to 2 | 600 | 4000 | 50 | 1 | 12.5 | 8 |
            | recipe | 1 | 10 | 50 | 5 | 1 | 2.0 | 2 |
            """,
            results.ToTable(),
            StringComparison.Ordinal);
    }

    private static FuzzRun Run(FuzzTarget target, IReadOnlyList<byte[]> corpus, int steps)
    {
        using var folder = new TemporaryFolder();
        using var watchdog = new Watchdog(folder.File("working"), limit: 120, TimeProvider.System);
        var run = new FuzzRun(target, corpus, Seed, watchdog);
        for (var i = 0; i < steps; i++) run.Step();
        return run;
    }

    private static string Faulty(byte[] input)
    {
        var text = System.Text.Encoding.UTF8.GetString(input);
        if (text.Contains("big", StringComparison.Ordinal)) GC.KeepAlive(new byte[1 << 20]);
        if (text.Contains("bad", StringComparison.Ordinal)) throw new InvalidOperationException("Bad.");
        if (text.Length > 60) throw new FormatException(new string('x', 200));
        return text.Length > 10 ? "long" : "short";
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}
