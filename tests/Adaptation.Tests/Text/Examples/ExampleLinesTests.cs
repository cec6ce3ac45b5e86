using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Training;

namespace Attune.Adaptation.Tests.Text.Examples;

public sealed class ExampleLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_TextsWithAndWithoutLabels_GivesThemInOrder()
    {
        var examples = ExampleLines.Read(Write("""{"text": "two hundred sheets"}""", "", """{"label": "positive", "text": "what a day", "id": 7}""", """{"text": "a", "label": null}"""), skipInvalid: false);

        Assert.Equal([new("two hundred sheets", null), new("what a day", "positive"), new("a", null)], examples);
    }

    [Theory]
    [InlineData("one", ManifestRule.NotJson)]
    [InlineData("[1]", ManifestRule.NotJson)]
    [InlineData("""{"\ud800": 1, "text": "a"}""", ManifestRule.NotJson)]
    [InlineData("""{"label": "a"}""", ManifestRule.MissingField)]
    [InlineData("""{"text": ""}""", ManifestRule.EmptyText)]
    [InlineData("""{"text": 3}""", ManifestRule.InvalidField)]
    [InlineData("""{"text": "\ud800"}""", ManifestRule.InvalidField)]
    [InlineData("""{"text": "a", "label": 3}""", ManifestRule.InvalidField)]
    public void Read_BadLine_IsToldWithItsNumber(string line, ManifestRule rule)
    {
        var path = Write("""{"text": "a"}""", line);

        var problem = Assert.Single(Assert.Throws<ManifestException>(() => ExampleLines.Read(path, skipInvalid: false)).Problems);

        Assert.Equal((2, rule), (problem.Line, problem.Rule));
        Assert.Equal([new("a", null)], ExampleLines.Read(path, skipInvalid: true));
    }

    [Fact]
    public void Read_LineThatIsNotUtf8_IsToldWithItsNumber()
    {
        File.WriteAllBytes(_folder.File("examples.jsonl"), [.. "\uFEFF{\"text\": \"thé\"}\n{\"text\": \"th"u8, 0xE9, .. "\"}\n{\"text\": \"a\uFFFD\"}\n"u8]);

        var problem = Assert.Single(Assert.Throws<ManifestException>(() => ExampleLines.Read(_folder.File("examples.jsonl"), skipInvalid: false)).Problems);

        Assert.Equal((2, ManifestRule.NotJson), (problem.Line, problem.Rule));
        Assert.Contains("UTF-8", problem.Message, StringComparison.Ordinal);
        Assert.Equal([new("thé", null), new("a\uFFFD", null)], ExampleLines.Read(_folder.File("examples.jsonl"), skipInvalid: true));
    }

    [Fact]
    public void Read_NoLine_IsRefused() => Assert.Throws<ManifestException>(() => ExampleLines.Read(Write(""), skipInvalid: true));

    public void Dispose() => _folder.Dispose();

    private string Write(params string[] lines)
    {
        File.WriteAllLines(_folder.File("examples.jsonl"), lines);
        return _folder.File("examples.jsonl");
    }
}
