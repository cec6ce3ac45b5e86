using System.Globalization;

namespace Attune.Recognition.Language;

/// <summary>Writes models in ARPA format, which SRILM, KenLM and others read.</summary>
public static class ArpaWriter
{
    /// <summary>Writes a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="writer">Not disposed.</param>
    public static void Write(NgramModel model, TextWriter writer)
    {
        writer.Write("\\data\\\n");
        for (var order = 1; order <= model.Order; order++)
            writer.Write(string.Create(CultureInfo.InvariantCulture, $"ngram {order}={model.Counts[order - 1]}\n"));

        var current = 0;
        foreach (var entry in model.Entries())
        {
            for (; current < entry.Words.Count; current++) writer.Write($"\n\\{current + 1}-grams:\n");
            writer.Write(Number(entry.Log10Probability));
            writer.Write('\t');
            writer.Write(string.Join(' ', entry.Words.Select(word => model.Words[word])));
            // The longest are nobody's context.
            if (current < model.Order) writer.Write('\t' + Number(entry.Log10BackOff));
            writer.Write('\n');
        }

        for (; current < model.Order; current++) writer.Write($"\n\\{current + 1}-grams:\n");
        writer.Write("\n\\end\\\n");
    }

    /// <summary>The shortest text that gives the same number again.</summary>
    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
