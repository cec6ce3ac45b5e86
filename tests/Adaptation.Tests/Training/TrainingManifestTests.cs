using Attune.Adaptation.Training;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Tests.Training;

public sealed class TrainingManifestTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Model _model = Model.Open(RepositoryFiles.Golden("tiny-layer"));

    public TrainingManifestTests() => File.WriteAllBytes(_folder.File("a.wav"), []);

    [Fact]
    public void Read_GoodLines_GivesTranscriptsInTheVocabularysCase()
    {
        var manifest = Read("""{"audio_filepath": "a.wav", "duration": 1.5, "text": " two  don't ", "speaker": "x"}""", "");

        var entry = Assert.Single(manifest.Entries);
        Assert.Equal("TWO DON'T", entry.Text);
        Assert.Equal(_folder.File("a.wav"), entry.AudioPath);
        Assert.Equal(["T", "W", "O", "|", "D", "O", "N", "'", "T"], entry.Labels.Select(_model.Vocabulary.Token));
        Assert.Equal(TimeSpan.FromSeconds(1.5), manifest.Duration);
    }

    [Theory]
    [InlineData("two", ManifestRule.NotJson)]
    [InlineData("[1]", ManifestRule.NotJson)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 1}""", ManifestRule.MissingField)]
    [InlineData("""{"duration": 1, "text": "A"}""", ManifestRule.MissingField)]
    [InlineData("""{"audio_filepath": "a.wav", "text": "A"}""", ManifestRule.MissingField)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": "1", "text": "A"}""", ManifestRule.InvalidField)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 0, "text": "A"}""", ManifestRule.InvalidField)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 1e300, "text": "A"}""", ManifestRule.InvalidField)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 1, "text": "\uD800"}""", ManifestRule.InvalidField)]
    [InlineData("""{"audio_filepath": "b.wav", "duration": 1, "text": "A"}""", ManifestRule.MissingFile)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 1, "text": " \t"}""", ManifestRule.EmptyTranscript)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 1, "text": "7 UP"}""", ManifestRule.UnknownCharacters)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 1, "text": "A|B"}""", ManifestRule.UnknownCharacters)]
    [InlineData("""{"audio_filepath": "a.wav", "duration": 0.1, "text": "AAA"}""", ManifestRule.TooShort)]
    public void Read_BadLine_IsNamedWithItsNumber(string line, ManifestRule rule)
    {
        const string good = """{"audio_filepath": "a.wav", "duration": 0.1, "text": "ABA"}""";
        var exception = Assert.Throws<ManifestException>(() => Read(good, line, good));

        var problem = Assert.Single(exception.Problems);
        Assert.Equal((2, rule), (problem.Line, problem.Rule));
        Assert.Contains($"line 2: {rule}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyBadLines_CollectsAllAndShowsTwenty()
    {
        var exception = Assert.Throws<ManifestException>(() => Read([.. Enumerable.Repeat("x", 25)]));

        Assert.Equal(25, exception.Problems.Count);
        Assert.Contains("line 20:", exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("line 21:", exception.Message, StringComparison.Ordinal);
        Assert.Contains("and 5 more", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SkipInvalid_KeepsTheGoodLinesAndCountsTheOthers()
    {
        var path = Write("x", """{"audio_filepath": "a.wav", "duration": 1, "text": "A"}""", "{}");

        var manifest = TrainingManifest.Read(path, _model, skipInvalid: true);

        Assert.Single(manifest.Entries);
        Assert.Equal([1, 3], manifest.Problems.Select(problem => problem.Line));
    }

    [Fact]
    public void Read_NoUsableLine_IsRefused() =>
        Assert.Throws<ManifestException>(() => TrainingManifest.Read(Write("x"), _model, skipInvalid: true));

    [Fact]
    public void Read_IgnoringText_NeedsNone()
    {
        var path = Write("""{"audio_filepath": "a.wav", "duration": 1}""");

        Assert.Empty(Assert.Single(TrainingManifest.Read(path, _model, ignoreText: true).Entries).Labels);
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    private TrainingManifest Read(params string[] lines) => TrainingManifest.Read(Write(lines), _model);

    private string Write(params string[] lines)
    {
        var path = _folder.File("manifest.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
