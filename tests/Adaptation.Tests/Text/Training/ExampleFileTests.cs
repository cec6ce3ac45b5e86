using Attune.Adaptation.Text.Training;
using Attune.Adaptation.Training;
using Attune.Text.Models;

namespace Attune.Adaptation.Tests.Text.Training;

public sealed class ExampleFileTests : IDisposable
{
    private readonly TinyTextModel _tiny = TinyTextModel.Gpt2(seed: 7);
    private readonly TextModel _model;
    private readonly TemporaryFolder _folder = new();

    public ExampleFileTests() => _model = _tiny.Open();

    [Fact]
    public void ReadAnswers_PromptAndCompletion_CountsTheCompletionAndTheEnd()
    {
        var example = Assert.Single(ExampleFile.ReadAnswers(Write("""{"prompt": "the cat", "completion": " sat", "id": 7}""", ""), _model, skipInvalid: false));

        var prompt = _model.Tokenizer.Encode("the cat");
        Assert.Equal([.. prompt, .. _model.Tokenizer.Encode(" sat"), _model.Config.EndOfTextId], example.Tokens);
        Assert.Equal(prompt.Count, example.From);
        Assert.Equal(" sat".Length, example.CountBytes(_model));
    }

    [Theory]
    [InlineData("one", ManifestRule.NotJson)]
    [InlineData("[1]", ManifestRule.NotJson)]
    [InlineData("""{"completion": "a"}""", ManifestRule.MissingField)]
    [InlineData("""{"prompt": "a"}""", ManifestRule.MissingField)]
    [InlineData("""{"prompt": "a", "completion": ""}""", ManifestRule.EmptyText)]
    [InlineData("""{"prompt": "", "completion": "a"}""", ManifestRule.EmptyText)]
    [InlineData("""{"prompt": "a", "completion": 3}""", ManifestRule.InvalidField)]
    [InlineData("""{"prompt": "a", "completion": "\ud800"}""", ManifestRule.InvalidField)]
    [InlineData("""{"prompt": "a", "completion": "xyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyzxyz"}""", ManifestRule.TooLong)]
    public void ReadAnswers_BadLine_IsToldWithItsNumber(string line, ManifestRule rule)
    {
        var path = Write("""{"prompt": "the cat", "completion": " sat"}""", line);

        var problem = Assert.Single(Assert.Throws<ManifestException>(() => ExampleFile.ReadAnswers(path, _model, skipInvalid: false)).Problems);
        var kept = ExampleFile.ReadAnswers(path, _model, skipInvalid: true);

        Assert.Equal((2, rule), (problem.Line, problem.Rule));
        Assert.Single(kept);
    }

    [Theory]
    [InlineData("""{"prompt": "a", "chosen": " b", "rejected": " b"}""", ManifestRule.EqualAnswers)]
    [InlineData("""{"prompt": "a", "chosen": " b"}""", ManifestRule.MissingField)]
    [InlineData("""{"prompt": "a", "chosen": " b", "rejected": ""}""", ManifestRule.EmptyText)]
    public void ReadPreferences_BadLine_IsTold(string line, ManifestRule rule)
    {
        var path = Write(line);

        Assert.Equal(rule, Assert.Throws<ManifestException>(() => ExampleFile.ReadPreferences(path, _model, skipInvalid: false)).Problems[0].Rule);
        Assert.True(ExampleFile.HasPreferences(path));
    }

    [Theory]
    [InlineData("""{"prompt": "a", "completion": " b"}""")]
    [InlineData("no JSON")]
    [InlineData("")]
    public void HasPreferences_OtherLines_IsFalse(string line) => Assert.False(ExampleFile.HasPreferences(Write(line)));

    [Fact]
    public void OfText_LongerThanTheContext_PredictsEachTokenOnce()
    {
        var text = string.Concat(Enumerable.Repeat("the cat sat on the mat ", 12));
        var tokens = _model.Tokenizer.Encode(text);

        var windows = CausalExample.OfText(_model, text).ToArray();

        Assert.True(windows.Length > 1);
        Assert.All(windows, window => Assert.InRange(window.Tokens.Count, 2, _model.Config.ContextLength));
        Assert.Equal(tokens, windows.SelectMany(window => window.Tokens.Skip(window.From)));
        Assert.Empty(CausalExample.OfText(_model, ""));
    }

    public void Dispose()
    {
        _model.Dispose();
        _tiny.Dispose();
        _folder.Dispose();
    }

    private string Write(params string[] lines)
    {
        var path = _folder.File("lines.jsonl");
        File.WriteAllLines(path, lines);
        return path;
    }
}
