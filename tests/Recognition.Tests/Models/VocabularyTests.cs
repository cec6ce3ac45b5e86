using System.Text.Json.Nodes;
using Attune.Recognition.Models;

namespace Attune.Recognition.Tests.Models;

public sealed class VocabularyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_UsualVocabulary_BlankDelimiterAndSpecialTokens()
    {
        var vocabulary = Read("""{"<pad>":0,"<s>":1,"</s>":2,"<unk>":3,"|":4,"A":5}""");

        Assert.Equal((6, 0, 4), (vocabulary.Count, vocabulary.BlankId, vocabulary.WordDelimiterId));
        Assert.Equal([true, true, true, true, false, false], Enumerable.Range(0, 6).Select(vocabulary.IsSpecial));
        Assert.Equal("A", vocabulary.Token(5));
        Assert.True(vocabulary.TryGetId("A", out var id));
        Assert.Equal(5, id);
        Assert.False(vocabulary.TryGetId("a", out _));
    }

    [Fact]
    public void Read_BlankFromConfig_IsSpecialWhateverItsName()
    {
        var vocabulary = Read("""{"a":0,"b":1,"[PAD]":2}""", blankId: 2);

        Assert.Equal(2, vocabulary.BlankId);
        Assert.True(vocabulary.IsSpecial(2));
        Assert.Null(vocabulary.WordDelimiterId);
    }

    [Fact]
    public void Read_TokenizerFiles_NameDelimiterAndSpecialTokens()
    {
        Write("special_tokens_map.json", """{"bos_token":"[B]","eos_token":null,"unk_token":{"content":"[U]","lstrip":false}}""");
        Write("tokenizer_config.json", """{"word_delimiter_token":"_","eos_token":"[E]"}""");

        var vocabulary = Read("""{"p":0,"[B]":1,"[U]":2,"[E]":3,"_":4,"|":5}""");

        Assert.Equal(4, vocabulary.WordDelimiterId);
        Assert.Equal([true, true, true, true, false, false], Enumerable.Range(0, 6).Select(vocabulary.IsSpecial));
    }

    [Fact]
    public void Read_AddedTokens_CompleteTheVocabularyUpToItsSize()
    {
        Write("added_tokens.json", """{"<s>":2,"</s>":3}""");

        var vocabulary = Read("""{"p":0,"a":1}""", size: 3);

        Assert.Equal((3, "<s>"), (vocabulary.Count, vocabulary.Token(2)));
    }

    [Theory]
    [InlineData("{\"a\":0,\"b\":1}", 3, "has 2 tokens and config.json has vocab_size 3", "id 2 has no token")]
    [InlineData("{\"a\":0,\"b\":1,\"c\":2}", 2, "has 3 tokens and config.json has vocab_size 2", "id 2 is beyond the last, 1")]
    [InlineData("{\"a\":0,\"b\":0,\"c\":1}", 3, "has 3 tokens and config.json has vocab_size 3", "id 0 belongs to 'a' and 'b'")]
    public void Read_IdsDoNotMatchSize_NamesBothNumbersAndTheId(string json, int size, string numbers, string reason)
    {
        var exception = Assert.Throws<ModelException>(() => Read(json, size: size));

        Assert.Equal(ModelError.VocabularySize, exception.Error);
        Assert.Contains(numbers, exception.Message, StringComparison.Ordinal);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"eng\":{\"a\":0},\"fra\":{\"b\":0}}", ModelError.NestedVocabulary)]
    [InlineData("{\"a\":\"0\"}", ModelError.InvalidVocabulary)]
    [InlineData("{\"a\":-1}", ModelError.InvalidVocabulary)]
    [InlineData("{\"a\":0,\"a\":1}", ModelError.InvalidJson)]
    public void Read_OtherForm_NamesTheCause(string json, ModelError expected)
    {
        Assert.Equal(expected, Assert.Throws<ModelException>(() => Read(json, size: 1)).Error);
    }

    private Vocabulary Read(string json, int? size = null, int blankId = 0)
    {
        Write("vocab.json", json);
        Write("config.json", new JsonObject
        {
            ["architectures"] = new JsonArray("Wav2Vec2ForCTC"),
            ["vocab_size"] = size ?? JsonNode.Parse(json)!.AsObject().Count,
            ["pad_token_id"] = blankId,
        }.ToJsonString());
        return Vocabulary.Read(_folder.Path, ModelConfigReader.Read(_folder.File("config.json")));
    }

    private void Write(string name, string text) => File.WriteAllText(_folder.File(name), text);
}
