using System.Text;
using Attune.Recognition.Models;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Text.Tests.Tokenization;

public sealed class BytePairTrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Train_ExampleOfThePaper_MergesTheMostFrequentPairsFirst()
    {
        // low 5, lower 2, newest 6, widest 3, as the paper counts; the space in front of a word belongs to it.
        var trainer = new BytePairTrainer();
        foreach (var (word, count) in new[] { ("low", 5), ("lower", 2), ("newest", 6), ("widest", 3) })
        {
            for (var i = 0; i < count; i++) trainer.Add(word);
        }

        var merges = trainer.Train(4);

        // es and st occur 9 times, and e is older than s; then es with t; then lo and ow, 7 times, of which l is older.
        Assert.Equal([("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w")], merges);
    }

    [Fact]
    public void Train_PairsThatOccurOnce_AreNotMerged()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("abcd");

        Assert.Empty(trainer.Train(10));
    }

    [Fact]
    public void Train_AAAA_MergesWithoutOverlap()
    {
        var trainer = new BytePairTrainer();
        trainer.Add("aaaa");
        trainer.Add("aaaa");

        Assert.Equal([("a", "a"), ("aa", "aa")], trainer.Train(5));
    }

    [Fact]
    public void Write_TrainedMerges_GiveATokenizerThatSpellsAnyText()
    {
        const string text = "The cat sat on the mat, and the other cat sat on the other mat. Ÿ漢😀\n\n";
        var trainer = new BytePairTrainer();
        trainer.Add(text);

        var count = ByteLevelFiles.Write(_folder.Path, trainer.Train(20));

        var config = new TextModelConfig
        {
            Architecture = TextArchitecture.Gpt2,
            VocabularySize = count,
            ContextLength = 8,
            HiddenSize = 4,
            LayerCount = 1,
            HeadCount = 1,
            IntermediateSize = 4,
            Activation = Activation.Gelu,
            LayerNormEps = 1e-5,
            EndOfTextId = count - 1,
        };
        var tokenizer = ByteLevelTokenizer.Read(_folder.Path, config);
        var tokens = tokenizer.Encode(text);
        Assert.Equal(text, Encoding.UTF8.GetString(tokenizer.Bytes(tokens)));
        Assert.True(tokens.Count < Encoding.UTF8.GetByteCount(text) * 3 / 4, $"{tokens.Count} tokens");
        Assert.DoesNotContain(count - 1, tokens);
    }

    public void Dispose() => _folder.Dispose();
}
