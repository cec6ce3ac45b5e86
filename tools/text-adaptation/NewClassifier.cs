using System.Text.Json;
using Attune.Recognition.Models;
using Attune.Text.Models;

namespace Attune.TextAdaptation;

/// <summary>Writes the folder of a BERT classifier with random weights and a vocabulary of frequent words and of all letters.</summary>
internal static class NewClassifier
{
    private const int Layers = 2, Hidden = 64, Heads = 4, Inner = 128, Context = 64, Words = 1_500;
    private const double Deviation = 0.05;

    private static readonly string[] Architectures = ["BertForSequenceClassification"];

    public static void Write(string folder, Verses verses, int seed)
    {
        Directory.CreateDirectory(folder);
        var vocabulary = Vocabulary(verses);
        File.WriteAllLines(Path.Combine(folder, "vocab.txt"), vocabulary);
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            architectures = Architectures,
            model_type = "bert",
            vocab_size = vocabulary.Count,
            max_position_embeddings = Context,
            hidden_size = Hidden,
            num_hidden_layers = Layers,
            num_attention_heads = Heads,
            intermediate_size = Inner,
            hidden_act = "gelu",
            type_vocab_size = 2,
            layer_norm_eps = 1e-12,
            id2label = verses.Books.Select((name, number) => (name, number)).ToDictionary(book => book.number, book => book.name),
        }));
        var layout = new BertLayout(TextModelConfigReader.Read(Path.Combine(folder, "config.json")), "bert.");
        var random = new Random(seed);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), [.. layout.Parameters.Select(parameter => Initial(parameter, random))]);
    }

    private static IReadOnlyList<string> Vocabulary(Verses verses)
    {
        string[] letters = [.. Enumerable.Range('a', 26).Select(letter => ((char)letter).ToString())];
        var words = verses.Training.SelectMany(verse => verse.Text.ToLowerInvariant().Split([' ', '.', ',', ';', ':', '?', '!', '(', ')', '\'', '-'], StringSplitOptions.RemoveEmptyEntries))
            .Where(word => word.Length > 1 && word.All(char.IsAsciiLetter)).CountBy(word => word).OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)
            .Take(Words).Select(count => count.Key);
        return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. ".,;:?!()'-".Select(mark => mark.ToString()), .. letters, .. letters.Select(letter => "##" + letter), .. words];
    }

    private static TensorSource Initial(ModelParameter parameter, Random random)
    {
        var values = new float[parameter.Length];
        if (parameter.IsLayerNorm && !parameter.IsBias) Array.Fill(values, 1);
        else if (!parameter.IsBias)
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)(Deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return TensorSource.FromFloats(parameter.Name, ElementType.F32, parameter.Shape, () => values);
    }
}
