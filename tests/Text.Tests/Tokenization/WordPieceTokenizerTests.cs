using System.Text;
using Attune.Recognition.Models;
using Attune.Text.Tokenization;

namespace Attune.Text.Tests.Tokenization;

public sealed class WordPieceTokenizerTests : IDisposable
{
    private readonly TinyTextModel _tiny = TinyTextModel.Bert();

    [Theory]
    [InlineData("The cat sat.", "the cat sat .")]
    [InlineData("playing, played", "play ##ing , play ##ed")]
    [InlineData("Café", "cafe")]
    [InlineData("CAFE\u0301", "cafe")]
    [InlineData("\u1E02\u1E05", "b ##b")]
    [InlineData("ab aab", "a ##b [UNK]")]
    [InlineData("dog", "[UNK]")]
    [InlineData("漢a", "[UNK] a")]
    [InlineData("[SEP]", "[UNK] [UNK] [UNK]")]
    [InlineData(" \n\t", "")]
    public void Encode_LowerCaseModel_CutsIntoTheLongestPieces(string text, string expected) => Assert.Equal(expected, Encode(text));

    [Theory]
    [InlineData("""{ "do_lower_case": false }""", "The cafe Café", "[UNK] cafe [UNK]")]
    [InlineData("""{ "do_lower_case": true, "strip_accents": false }""", "The café", "the [UNK]")]
    public void Encode_OtherSettings_FollowsThem(string settings, string text, string expected)
    {
        File.WriteAllText(_tiny.FilePath("tokenizer_config.json"), settings);

        Assert.Equal(expected, Encode(text));
    }

    [Fact]
    public void Encode_HalfASurrogatePair_IsRefused()
    {
        using var model = _tiny.Open();

        Assert.Equal(TextError.InvalidUnicode, Assert.Throws<TextException>(() => model.Tokenizer.Encode("a" + (char)0xD83D + " b")).Error);
    }

    [Fact]
    public void Bytes_Pieces_SpellTheText()
    {
        using var model = _tiny.Open();

        var bytes = model.Tokenizer.Bytes(model.Tokenizer.Encode("playing on"));

        Assert.Equal(" playing on", Encoding.UTF8.GetString([.. bytes]));
    }

    [Theory]
    [InlineData(1, "[unk]", "the special token [UNK]")]
    [InlineData(6, "", "one token in each line. Given in line 7: ''")]
    [InlineData(6, "the", "each token once. Given in lines 6 and 7: 'the'")]
    public void Read_WrongVocabulary_SaysTheRule(int line, string token, string message)
    {
        var lines = File.ReadAllLines(_tiny.FilePath("vocab.txt"));
        lines[line] = token;
        File.WriteAllLines(_tiny.FilePath("vocab.txt"), lines);

        var exception = _tiny.OpenFails();

        Assert.Equal(ModelError.InvalidVocabulary, exception.Error);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FewerTokensThanTheModelHas_SaysBothNumbers()
    {
        File.WriteAllLines(_tiny.FilePath("vocab.txt"), File.ReadAllLines(_tiny.FilePath("vocab.txt"))[..^1]);

        var exception = _tiny.OpenFails();

        Assert.Equal(ModelError.VocabularySize, exception.Error);
        Assert.Contains("has 21 tokens and config.json has vocab_size 22", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_WindowsLineEnds_ReadsTheSameTokens()
    {
        var text = File.ReadAllText(_tiny.FilePath("vocab.txt"));
        File.WriteAllText(_tiny.FilePath("vocab.txt"), text.Replace("\n", "\r\n", StringComparison.Ordinal));

        Assert.Equal("the cat", Encode("the cat"));
    }

    public void Dispose() => _tiny.Dispose();

    private string Encode(string text)
    {
        using var model = _tiny.Open();
        var vocabulary = File.ReadAllText(_tiny.FilePath("vocab.txt")).Split(["\r\n", "\n"], StringSplitOptions.None);
        return string.Join(' ', model.Tokenizer.Encode(text).Select(token => vocabulary[token]));
    }
}
