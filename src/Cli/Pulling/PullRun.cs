using System.Globalization;
using System.Text.Json;
using Attune.Recognition.Models;
using Attune.Recognition.Models.Hub;
using Attune.Text.Models;
using Spectre.Console;

namespace Attune.Cli.Pulling;

/// <summary>One run of <c>attune pull</c>.</summary>
internal sealed class PullRun(TextWriter output, TextWriter error, bool json, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Fetches a model, opens it to see whether it can be used, and prints where it is.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public int Run(HubReference reference, HubOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var downloader = new HubDownloader(options, time);
            var pulled = WorkBar.Run(
                error,
                $"Fetching {reference}",
                [new DownloadedColumn(), new TransferSpeedColumn(), new RemainingTimeColumn()],
                move => downloader.PullAsync(reference, progress => move(progress.Bytes, progress.TotalBytes), cancellationToken).GetAwaiter().GetResult());
            Print(reference, pulled);
            using IDisposable model = File.Exists(Path.Combine(pulled.Folder, "preprocessor_config.json")) ? Model.Open(pulled.Folder) : TextModel.Open(pulled.Folder);
            return ExitCode.Success;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            error.WriteLine("attune: interrupted; the same command goes on from there");
            return ExitCode.Interrupted;
        }
        catch (ArgumentException exception)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.Usage;
        }
        catch (Exception exception) when (exception is HubException or IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
        catch (ModelException exception)
        {
            error.WriteLine($"attune: the model was fetched, but cannot be used: {exception.Message}");
            return ExitCode.CannotRun;
        }
    }

    private void Print(HubReference reference, PulledModel pulled)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new { Model = reference.ToString(), pulled.Folder, pulled.Commit, pulled.Files, pulled.SizeBytes, pulled.FetchedBytes }, Json));
            return;
        }

        output.WriteLine(pulled.Folder);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  {reference.Repository} at {pulled.Commit}: {pulled.Files} files, {pulled.SizeBytes / 1e6:0.0} MB, of which {pulled.FetchedBytes / 1e6:0.0} MB were fetched now"));
    }
}
