using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text;
using Attune.Text.Generation;
using Attune.Text.Models;
using Attune.Text.Tokenization;

namespace Attune.Cli.Texts;

/// <summary>One run of <c>attune text</c>.</summary>
internal sealed class TextRun(TextSettings settings, TextWriter output, TextWriter error)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Prints how probable the model finds the text.</summary>
    /// <param name="tokens">Whether tokens are listed.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Score(bool tokens, CancellationToken cancellationToken) => Run((engine, text) =>
    {
        using var scoring = Finish(engine.Score(text), cancellationToken);
        var score = scoring.Result;
        if (settings.Json)
        {
            Print(new { score.LogProbability, score.BitsPerByte, Tokens = score.Tokens.Select(token => new { Id = token.Token, token.Text, token.LogProbability }) });
            return;
        }

        if (tokens)
        {
            foreach (var token in score.Tokens) Print($"{token.LogProbability,9:0.000}  {JsonSerializer.Serialize(token.Text, Json)}");
        }

        Print($"tokens     {score.Tokens.Count}, bytes {score.Bytes}");
        Print($"log prob.  {score.LogProbability:0.000} nats");
        Print($"bits/byte  {score.BitsPerByte:0.0000}");
    });

    /// <summary>Prints how the text goes on, as it comes.</summary>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Generate(GenerationOptions options, CancellationToken cancellationToken) => Run((engine, text) =>
    {
        using var generation = engine.Generate(text, options);
        var whole = new StringBuilder();
        bool goesOn;
        do
        {
            goesOn = generation.Advance(cancellationToken);
            var piece = generation.TakeText();
            whole.Append(piece);
            if (settings.Json || piece.Length == 0) continue;
            output.Write(piece);
            output.Flush();
        }
        while (goesOn);

        if (!settings.Json)
        {
            output.WriteLine();
            return;
        }

        var reason = JsonNamingPolicy.SnakeCaseLower.ConvertName(generation.Finish.ToString());
        Print(new { Text = whole.ToString(), FinishReason = reason, generation.PromptTokens, generation.NewTokens, generation.LogProbability });
    });

    /// <summary>Prints the labels of the text.</summary>
    /// <param name="pair">A second text; null for none.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Classify(string? pair, CancellationToken cancellationToken) => Run((engine, text) =>
    {
        using var classification = Finish(engine.Classify(text, pair), cancellationToken);
        if (settings.Json)
            Print(new { Labels = classification.Result, classification.TokenCount, UnknownTokenCount = classification.UnknownCount });
        else
            foreach (var label in classification.Result) Print($"{label.Probability:0.0000}  {label.Name}");
    });

    /// <summary>Prints the vector of the text.</summary>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Embed(CancellationToken cancellationToken) => Run((engine, text) =>
    {
        using var embedding = Finish(engine.Embed(text), cancellationToken);
        if (settings.Json) Print(new { Values = embedding.Result, embedding.TokenCount, UnknownTokenCount = embedding.UnknownCount });
        else output.WriteLine(string.Join(' ', embedding.Result.Select(value => value.ToString("R", CultureInfo.InvariantCulture))));
    });

    private static TWork Finish<TWork>(TWork work, CancellationToken cancellationToken)
        where TWork : ITextWork
    {
        while (work.Advance(cancellationToken))
        {
        }

        return work;
    }

    private int Run(Action<TextEngine, string> work)
    {
        try
        {
            var text = settings.File is null ? settings.Text : UnicodeText.Decode(File.ReadAllBytes(settings.File));
            using var engine = new TextEngine(TextModel.Open(ModelFolder.Resolve(settings.Model)), set: null, new OnnxOptions { Threads = settings.Threads });
            work(engine, text);
            return ExitCode.Success;
        }
        catch (ModelException exception)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.CannotRun;
        }
        catch (TextException exception)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"attune: {exception.Message} Give another path, or see who may read it.");
            return ExitCode.RunFailed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("attune: interrupted");
            return ExitCode.Interrupted;
        }
    }

    private void Print(FormattableString line) => output.WriteLine(FormattableString.Invariant(line));

    private void Print(object result) => output.WriteLine(JsonSerializer.Serialize(result, Json));
}
