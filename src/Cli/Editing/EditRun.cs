using System.Text.Encodings.Web;
using System.Text.Json;
using Attune.Adaptation;
using Attune.Adaptation.Text.Editing;
using Attune.Cli.Evaluation.Pictures;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text;
using Attune.Text.Models;
using Attune.Text.Tokenization;
using Spectre.Console;
using static TorchSharp.torch;

namespace Attune.Cli.Editing;

/// <summary>One run of <c>attune edit</c>.</summary>
/// <param name="output">Results.</param>
/// <param name="error">Problems and progress.</param>
/// <param name="threads">Of a forward pass; 0 for one for each core.</param>
/// <param name="json">Whether one JSON object is all that is printed.</param>
internal sealed class EditRun(TextWriter output, TextWriter error, int threads, bool json)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Edits facts and prints what it did.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Edit(EditSettings settings, CancellationToken cancellationToken) => Guard(() =>
    {
        var edits = FactEditFile.Read(settings.Edits);
        using var model = Open(settings.Model);
        using var editor = new FactEditor(model, settings.Options);
        var texts = Texts(settings, cancellationToken);
        var layer = settings.Layer ?? editor.Locate(edits, cancellationToken);
        var tensor = WorkBar.Run(error, "Editing", [new PercentageColumn(), new RemainingTimeColumn()], move =>
            editor.Edit(edits, layer, texts, done => move(done, edits.Count), cancellationToken));
        var record = EditedModelFolder.Write(model, editor.Network, tensor, edits, settings.Output);
        if (json) Print(new { Folder = settings.Output, record.Tensor, record.Layer, record.SourceSha256, record.Sha256, record.Figures });
        else EditTable.Write(output, settings.Output, record);
    });

    /// <summary>Traces a fact and prints where it lies.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Trace(
        string folder, string subject, string prompt, TraceKind kind, TraceOptions options, string? picture, CancellationToken cancellationToken) => Guard(() =>
    {
        using var model = Open(folder);
        using var editor = new FactEditor(model, new EditOptions());
        var trace = new CausalTracer(model, editor.Network, options).Trace(prompt, subject, kind, cancellationToken);
        if (picture is not null) File.WriteAllBytes(picture, TracePicture.Of(trace).ToPng(Theme.Light));
        if (json) Print(trace);
        else TraceTable.Write(output, trace);
    });

    /// <summary>Takes the last edit back.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Undo(string folder, string target) => Guard(() =>
    {
        var record = EditedModelFolder.Undo(ModelFolder.Resolve(folder), target);
        if (json) Print(new { Folder = target, record.Tensor, record.Layer, Sha256 = record.SourceSha256 });
        else output.WriteLine($"{target}: {record.Tensor} is again that of {record.SourceName}, sha256 {record.SourceSha256}");
    });

    private TextModel Open(string folder)
    {
        TorchRuntime.EnsureLoaded();
        if (threads > 0) set_num_threads(threads);
        return TextModel.Open(ModelFolder.Resolve(folder));
    }

    private EditTexts Texts(EditSettings settings, CancellationToken cancellationToken)
    {
        using var engine = new TextEngine(TextModel.Open(ModelFolder.Resolve(settings.Model)), set: null, new OnnxOptions { Threads = threads });
        var own = EditTexts.Write(engine, settings.Prefixes, settings.Text is null ? EditTexts.OrdinaryCount : 0, settings.Seed, cancellationToken);
        return settings.Text is null ? own : own with { Ordinary = Read(settings.Text) };
    }

    private static string[] Read(string path) => UnicodeText.Decode(File.ReadAllBytes(path)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private int Guard(Action work)
    {
        try
        {
            work();
            return ExitCode.Success;
        }
        catch (Exception exception) when (exception is ModelException or PlatformNotSupportedException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.CannotRun;
        }
        catch (Exception exception) when (exception is EditException or TextException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"attune: {exception.Message} Give another path, or see who may use it and whether there is room.");
            return ExitCode.RunFailed;
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("attune: interrupted; nothing was left behind");
            return ExitCode.Interrupted;
        }
    }

    private void Print(object result) => output.WriteLine(JsonSerializer.Serialize(result, Json));
}
