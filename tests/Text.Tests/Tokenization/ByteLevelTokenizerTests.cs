using System.Text;
using Attune.Recognition.Models;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Text.Tests.Tokenization;

public sealed class ByteLevelTokenizerTests : IDisposable
{
    private readonly TinyTextModel _tiny = TinyTextModel.Gpt2();
    private readonly TextModel _model;

    public ByteLevelTokenizerTests() => _model = _tiny.Open();

    [Fact]
    public void Encode_KnownWords_MergesWithinWordsOnly()
    {
        // "the" and " the" are tokens; "t h" is cut by the space; capitals are other bytes.
        Assert.Equal([257, 258], _model.Tokenizer.Encode("the the"));
        Assert.Equal(['t', ' ', 'h'], _model.Tokenizer.Encode("t h"));
        Assert.Equal(['T', 'h', 'e', 256, 'o'], _model.Tokenizer.Encode("Thetho"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("the  the\n\n\tthe's 12 3,4...")]
    [InlineData("Füße, 漢字, 😀 and \0 too")]
    [InlineData("<|endoftext|> is text")]
    public void Encode_AnyText_GivesBackItsBytes(string text)
    {
        var tokens = _model.Tokenizer.Encode(text);

        Assert.Equal(Encoding.UTF8.GetBytes(text), _model.Tokenizer.Bytes(tokens));
        Assert.DoesNotContain(TinyTextModel.EndOfText, tokens);
    }

    [Theory]
    [InlineData("", 0xD800, 0)]
    [InlineData("a", 0xDC00, 1)]
    [InlineData("😀", 0xD83D, 2)]
    public void Encode_HalfASurrogatePair_SaysWhere(string before, int half, int character)
    {
        var exception = Assert.Throws<TextException>(() => _model.Tokenizer.Encode(before + (char)half + "b"));

        Assert.Equal(TextError.InvalidUnicode, exception.Error);
        Assert.Contains($"at character {character}.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("t h e\n", "two tokens with a space between them in each line. Given in line 1: 't h e'")]
    [InlineData("#version: 0.2\nq q\n", "merge tokens of vocab.json into one of them. Given in line 2: 'q q'")]
    [InlineData("t h\nth e\nt h\n", "each merge once. Given in lines 1 and 3: 't h'")]
    public void Read_WrongMerges_SaysTheLine(string merges, string message)
    {
        File.WriteAllText(_tiny.FilePath("merges.txt"), merges);

        var exception = _tiny.OpenFails();

        Assert.Equal(ModelError.InvalidVocabulary, exception.Error);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "a": "b" }""", ModelError.InvalidVocabulary, "must give each token an integer. Given for 'a': \"b\"")]
    [InlineData("""{ "a": 0, "b": 2 }""", ModelError.VocabularySize, "has 2 tokens and config.json has vocab_size 260")]
    [InlineData("[]", ModelError.InvalidJson, "The top level must be an object")]
    public void Read_WrongVocabulary_SaysTheRule(string vocabulary, ModelError error, string message)
    {
        File.WriteAllText(_tiny.FilePath("vocab.json"), vocabulary);

        var exception = _tiny.OpenFails();

        Assert.Equal(error, exception.Error);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AByteWithoutToken_SaysWhich()
    {
        var vocabulary = File.ReadAllText(_tiny.FilePath("vocab.json"));
        File.WriteAllText(_tiny.FilePath("vocab.json"), vocabulary.Replace("\"q\":", "\"qq\":", StringComparison.Ordinal));

        Assert.Contains("a token for each byte. Missing: 'q'", _tiny.OpenFails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_MergesThatAreNoUtf8_SaysWhere()
    {
        File.WriteAllBytes(_tiny.FilePath("merges.txt"), [.. "t h\n"u8, 0xFF]);

        var exception = _tiny.OpenFails();

        Assert.Equal(ModelError.InvalidVocabulary, exception.Error);
        Assert.Contains("at byte 4", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    public void Read_AFileIsMissing_NamesIt(string file)
    {
        File.Delete(_tiny.FilePath(file));

        var exception = _tiny.OpenFails();

        Assert.Equal(ModelError.MissingFile, exception.Error);
        Assert.Contains(file, exception.Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _model.Dispose();
        _tiny.Dispose();
    }
}
