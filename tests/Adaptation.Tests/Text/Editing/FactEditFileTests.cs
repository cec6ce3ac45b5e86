using Attune.Adaptation.Text.Editing;
using Attune.Text;

namespace Attune.Adaptation.Tests.Text.Editing;

public sealed class FactEditFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_AllFields_FillsTheSubjectIn()
    {
        var edit = Assert.Single(Read("""
            {"subject": "Mira Tal", "prompt": "{} lives in", "object": " Oslo ", "old": "Rome", "paraphrases": ["The home of {} is"], "neighbours": ["Jon Berg lives in"], "unrelated": ["{} plays"], "essence": []}

            """));

        Assert.Equal(("Mira Tal", "Mira Tal lives in", "Oslo"), (edit.Subject, edit.Prompt, edit.Object));
        Assert.Equal(["The home of Mira Tal is"], edit.Paraphrases);
        Assert.Equal(["Jon Berg lives in"], edit.Neighbours);
        Assert.Equal(["Mira Tal plays"], edit.Unrelated);
        Assert.Empty(edit.Essence);
    }

    [Fact]
    public void Read_NoLists_HasTheDefaultEssence()
    {
        var edit = Assert.Single(Read("""{"subject": "Mira", "prompt": "Where is Mira? In", "object": "Oslo"}"""));

        Assert.Equal(["Mira is a"], edit.Essence);
        Assert.Empty(edit.Paraphrases);
    }

    [Theory]
    [InlineData("lives in Oslo", EditError.NotJson, "must be a JSON object")]
    [InlineData("[1]", EditError.NotJson, "Given: Array")]
    [InlineData("""{"subject": "Mira", "object": "Oslo"}""", EditError.MissingField, "'prompt' is missing")]
    [InlineData("""{"subject": 1, "prompt": "{} is in", "object": "Oslo"}""", EditError.InvalidField, "'subject' must be text. Given: Number")]
    [InlineData("""{"subject": " ", "prompt": "{} is in", "object": "Oslo"}""", EditError.InvalidField, "'subject' must have at least one character")]
    [InlineData("""{"subject": "Mira", "prompt": "{} is in", "object": "  "}""", EditError.EmptyObject, "'object' must have at least one character. Given for 'Mira'")]
    [InlineData("""{"subject": "Mira", "prompt": "Jon is in", "object": "Oslo"}""", EditError.SubjectMissing, "must contain the subject 'Mira'")]
    [InlineData("""{"subject": "Mira", "prompt": "{} is in ", "object": "Oslo"}""", EditError.InvalidField, "no white space at its end")]
    [InlineData("""{"subject": "Mira", "prompt": "{} is in", "object": "Oslo", "paraphrases": ["He is in"]}""", EditError.SubjectMissing, "'paraphrases' must contain")]
    [InlineData("""{"subject": "Mira", "prompt": "{} is in", "object": "Oslo", "neighbours": "Jon"}""", EditError.InvalidField, "'neighbours' must be a list of texts")]
    [InlineData("""{"subject": "\ud800", "prompt": "{} is in", "object": "Oslo"}""", EditError.InvalidField, "escaped surrogate")]
    [InlineData("", EditError.NoEdits, "at least one edit")]
    public void Read_WrongLine_SaysWhichAndWhy(string line, EditError error, string message)
    {
        var exception = Assert.Throws<EditException>(() => Read("\n" + line));

        Assert.Equal(error, exception.Error);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        if (line.Length > 0) Assert.Contains("edits.jsonl, line 2: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_BytesThatAreNoUtf8_SaysSo()
    {
        File.WriteAllBytes(_folder.File("edits.jsonl"), [0x7B, 0xE9, 0x7D]);

        Assert.Equal(TextError.InvalidUnicode, Assert.Throws<TextException>(() => FactEditFile.Read(_folder.File("edits.jsonl"))).Error);
    }

    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<FactEdit> Read(string text)
    {
        File.WriteAllText(_folder.File("edits.jsonl"), text);
        return FactEditFile.Read(_folder.File("edits.jsonl"));
    }
}
