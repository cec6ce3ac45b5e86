using Attune.Fuzzing;
using Attune.Fuzzing.Targets;

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
        var watchdog = new Watchdog(path, TimeSpan.FromMinutes(1));
        watchdog.Begin("deadly"u8.ToArray());
        File.Copy(path, folder.File("left")); // as the killed process leaves it
        watchdog.Dispose();

        Assert.Equal("deadly"u8.ToArray(), Watchdog.TakeLeft(folder.File("left")));
        Assert.Null(Watchdog.TakeLeft(path));
    }

    private static FuzzRun Run(FuzzTarget target, IReadOnlyList<byte[]> corpus, int steps)
    {
        using var folder = new TemporaryFolder();
        using var watchdog = new Watchdog(folder.File("working"), TimeSpan.FromMinutes(2));
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
