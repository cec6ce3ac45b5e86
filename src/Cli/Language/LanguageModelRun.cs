using System.Globalization;
using System.IO.Compression;
using System.Text;
using Attune.Recognition.Language;

namespace Attune.Cli.Language;

/// <summary>One run of <c>attune lm</c>.</summary>
internal sealed class LanguageModelRun(TextWriter output, TextWriter error)
{
    /// <summary>Makes a model of text and writes it.</summary>
    /// <param name="texts">Files.</param>
    /// <param name="order">Words of the longest n-grams.</param>
    /// <param name="isRaw">See <see cref="SentenceReader"/>.</param>
    /// <param name="path">The model's file, replaced as a whole; gzip if it ends in .gz.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Build(IReadOnlyList<string> texts, int order, bool isRaw, string path) => Guard(() =>
    {
        var estimator = new KneserNeyEstimator(order);
        foreach (var sentence in new SentenceReader(isRaw).Read(texts)) estimator.Add(sentence);
        var model = estimator.Estimate();
        Write(model, path);
        output.WriteLine(path);
        output.WriteLine($"  {string.Join(", ", model.Counts.Select((count, i) => string.Create(CultureInfo.InvariantCulture, $"{count} {i + 1}-grams")))}");
    });

    /// <summary>Prints how well a model foresees text.</summary>
    /// <param name="path">The model's file.</param>
    /// <param name="texts">Files.</param>
    /// <param name="isRaw">See <see cref="SentenceReader"/>.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Measure(string path, IReadOnlyList<string> texts, bool isRaw) => Guard(() =>
    {
        var perplexity = NgramPerplexity.Of(ArpaReader.Read(path), new SentenceReader(isRaw).Read(texts));
        if (perplexity.Sentences == 0) throw new LanguageModelException("There is no word in the text. Give text with at least one.");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"sentences   {perplexity.Sentences}, words {perplexity.Words}, unknown {perplexity.UnknownWords}"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"perplexity  {perplexity.WithoutUnknown:0.00} without unknown words, {perplexity.WithUnknown:0.00} with them"));
    });

    private static void Write(NgramModel model, string path)
    {
        var part = path + ".part";
        using (var file = File.Create(part))
        using (Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Optimal) : file)
        using (var writer = new StreamWriter(content, new UTF8Encoding(false)))
        {
            ArpaWriter.Write(model, writer);
        }

        File.Move(part, path, overwrite: true);
    }

    private int Guard(Action work)
    {
        try
        {
            work();
            return ExitCode.Success;
        }
        catch (LanguageModelException exception)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"attune: {exception.Message} Give another path, or see who may use it and whether there is room.");
            return ExitCode.RunFailed;
        }
    }
}
