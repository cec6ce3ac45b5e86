using Attune.Cli.Evaluation;

namespace Attune.Cli.Tests.Evaluation;

public sealed class EvalJournalTests : IDisposable
{
    private static readonly JournalBasis Basis = new("1.0", "model", "recordings", "options");
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("journal");

    [Fact]
    public void Open_Again_HasWhatWasAdded()
    {
        UtteranceResult[] results = [Result("s", "a", 0), Result("s", "a", 1), Result("s", "b", 0)];
        Add(results);

        using var journal = EvalJournal.Open(Path, Basis);

        Assert.Equal(3, journal.Resumed);
        Assert.Equal(results[..2], journal.Of("s", "a"));
        Assert.Equal(results[2..], journal.Of("s", "b"));
        Assert.Empty(journal.Of("t", "a"));
    }

    [Fact]
    public void Open_LastLineCutShort_DropsItAndGoesOn()
    {
        Add(Result("s", "a", 0), Result("s", "a", 1));
        using (var stream = File.OpenWrite(Path)) stream.SetLength(stream.Length - 5);

        Add(Result("s", "a", 1) with { Text = "again" });

        using var journal = EvalJournal.Open(Path, Basis);
        Assert.Equal(["0", "again"], journal.Of("s", "a").Select(result => result.Text));
    }

    [Fact]
    public void Open_CutShortInTheFirstLine_BeginsAnew()
    {
        File.WriteAllText(Path, "{\"version\"");

        using var journal = EvalJournal.Open(Path, Basis);

        Assert.Equal(0, journal.Resumed);
    }

    [Fact]
    public void Add_StreamBegunAnew_ForgetsWhatCameAfter()
    {
        Add(Result("s", "a", 0), Result("s", "a", 1), Result("s", "a", 2));
        Add(Result("s", "a", 0) with { Text = "anew" });

        using var journal = EvalJournal.Open(Path, Basis);

        Assert.Equal("anew", Assert.Single(journal.Of("s", "a")).Text);
    }

    [Fact]
    public void Open_OtherBasis_IsRefusedWithWhatDiffers()
    {
        Add(Result("s", "a", 0));

        var exception = Assert.Throws<EvaluationException>(() => EvalJournal.Open(Path, Basis with { Model = "other", Options = "more" }));

        Assert.Contains("another evaluation (model, options)", exception.Message, StringComparison.Ordinal);
        Assert.Contains("--restart", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoJournal_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(Path, "my precious notes\nline two\n");

        Assert.Throws<EvaluationException>(() => EvalJournal.Open(Path, Basis));
        Assert.Equal("my precious notes\nline two\n", File.ReadAllText(Path));
    }

    public void Dispose() => _folder.Dispose();

    private void Add(params UtteranceResult[] results)
    {
        using var journal = EvalJournal.Open(Path, Basis);
        foreach (var result in results) journal.Add(result);
    }

    private static UtteranceResult Result(string stream, string strategy, int position) =>
        new(stream, strategy, position, $"{position}", 3, "adapted", false, null, 0.1, 0.2);
}
