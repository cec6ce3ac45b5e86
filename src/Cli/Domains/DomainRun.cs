using System.Globalization;
using Attune.Adaptation.Training;
using Attune.Cli.Language;
using Attune.Recognition.Language;
using Attune.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hotword = Attune.Recognition.Language.Hotword;

namespace Attune.Cli.Domains;

/// <summary>One run of <c>attune domain</c>.</summary>
/// <param name="server">The server, and how it knows who asks.</param>
/// <param name="json">Whether to print JSON.</param>
/// <param name="output">Results.</param>
/// <param name="error">Problems.</param>
internal sealed class DomainRun(ServerConnection server, bool json, TextWriter output, TextWriter error)
{
    private static readonly JsonFormatter Json = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true));

    private V1.Adaptation.AdaptationClient _client = null!;
    private V1.Text.TextClient _texts = null!;

    /// <summary>Runs one of the methods below, and says what to do next if it fails.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var channel = server.Open(error);
        _client = new V1.Adaptation.AdaptationClient(channel);
        _texts = new V1.Text.TextClient(channel);
        try
        {
            await action(cancellationToken);
            return ExitCode.Success;
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException or RpcException)
        {
            return ExitCode.Interrupted;
        }
        catch (UnconfirmedException)
        {
            await error.WriteLineAsync("attune: What is deleted cannot be brought back. Say --yes if you mean it.");
            return ExitCode.Usage;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await error.WriteLineAsync($"attune: {exception.Message} Give another path, or see who may use it and whether there is room.");
            return ExitCode.RunFailed;
        }
        catch (Exception exception) when (exception is LanguageModelException or ManifestException)
        {
            await error.WriteLineAsync($"attune: {exception.Message}");
            return ExitCode.RunFailed;
        }
        catch (RpcException exception) when (ServerConnection.ReasonOf(exception) == "MODEL_SWAPPED")
        {
            await error.WriteLineAsync($"attune: {exception.Status.Detail}");
            return ExitCode.RunFailed;
        }
        catch (RpcException exception) when (ServerConnection.IsUnreachable(exception))
        {
            await error.WriteLineAsync(
                $"attune: {server.Address} cannot be reached, is stopping, or has no store: {exception.Status.Detail} Start it with 'attune serve', or give another --server.");
            return ExitCode.CannotRun;
        }
        catch (RpcException exception) when (exception.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
        {
            await error.WriteLineAsync($"attune: {exception.Status.Detail}{ServerConnection.HintFor(exception)}");
            return ExitCode.RunFailed;
        }
        catch (RpcException exception)
        {
            await error.WriteLineAsync($"attune: {exception.Status.Detail}{HintFor(exception)}");
            return ExitCode.RunFailed;
        }
    }

    /// <summary>Lists domains.</summary>
    /// <param name="model">Of the text model of that name; empty for the speech model. So it is in all methods.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task ListAsync(string model, CancellationToken cancellationToken)
    {
        var page = new ListDomainsRequest { Model = model };
        do
        {
            var response = await _client.ListDomainsAsync(page, cancellationToken: cancellationToken);
            foreach (var domain in response.Domains) await WriteAsync(domain, DomainText.Row(domain, model));
            page.PageToken = response.NextPageToken;
        }
        while (page.PageToken.Length > 0);
    }

    public async Task ShowAsync(string name, string model, CancellationToken cancellationToken) =>
        await DescribeAsync(await _client.GetDomainAsync(new GetDomainRequest { Domain = name, Model = model }, cancellationToken: cancellationToken), model);

    public async Task ListRevisionsAsync(string name, string model, CancellationToken cancellationToken)
    {
        var response = await _client.ListRevisionsAsync(new ListRevisionsRequest { Domain = name, Model = model }, cancellationToken: cancellationToken);
        foreach (var revision in response.Revisions) await WriteAsync(revision, DomainText.Row(revision));
    }

    /// <summary>Writes a revision to a file, which appears whole or not at all.</summary>
    public async Task ExportAsync(string name, string model, long revision, string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path)) throw new IOException($"{path} exists.");
        using var call = _client.ExportRevision(new ExportRevisionRequest { Domain = name, Model = model, Revision = revision }, cancellationToken: cancellationToken);
        var temporary = path + ".tmp";
        try
        {
            Revision? exported = null;
            await using (var file = File.Create(temporary))
            {
                await foreach (var part in call.ResponseStream.ReadAllAsync(cancellationToken))
                {
                    exported ??= part.Revision;
                    await file.WriteAsync(part.Data.Memory, cancellationToken);
                }
            }

            File.Move(temporary, path);
            var text = string.Create(
                CultureInfo.InvariantCulture, $"Wrote revision {exported!.Number} of {name} to {path}: {exported.SizeBytes:N0} bytes, {DomainText.Verdict(exported.Verdict)}.");
            await WriteAsync(exported, text);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public async Task ResetAsync(string name, string model, long revision, CancellationToken cancellationToken) =>
        await DescribeAsync(await _client.ResetDomainAsync(new ResetDomainRequest { Domain = name, Model = model, Revision = revision }, cancellationToken: cancellationToken), model);

    public async Task FreezeAsync(string name, string model, bool unfreeze, CancellationToken cancellationToken) =>
        await DescribeAsync(await _client.FreezeDomainAsync(new FreezeDomainRequest { Domain = name, Model = model, Unfreeze = unfreeze }, cancellationToken: cancellationToken), model);

    /// <summary>Tells a domain what is said there.</summary>
    /// <param name="name">The domain.</param>
    /// <param name="texts">Files, a sentence a line, or manifests.</param>
    /// <param name="hotwords">With their boosts.</param>
    /// <param name="expiry">Time after which it is forgotten; null for the server's setting.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SetLanguageAsync(
        string name, IReadOnlyList<string> texts, IReadOnlyList<Hotword> hotwords, TimeSpan? expiry, CancellationToken cancellationToken)
    {
        var sentences = new SentenceReader(isRaw: true).Read(texts).Select(words => string.Join(' ', words));
        var request = new SetDomainLanguageRequest { Domain = name, Text = string.Join('\n', sentences), Ttl = expiry?.ToDuration() };
        request.Hotwords.AddRange(hotwords.Select(hotword => new V1.Hotword { Phrase = hotword.Phrase, Boost = hotword.Boost }));
        await WriteAsync(await _client.SetDomainLanguageAsync(request, cancellationToken: cancellationToken));
    }

    public async Task ShowLanguageAsync(string name, CancellationToken cancellationToken) =>
        await WriteAsync(await _client.GetDomainLanguageAsync(new GetDomainLanguageRequest { Domain = name }, cancellationToken: cancellationToken));

    public async Task DeleteLanguageAsync(string name, CancellationToken cancellationToken)
    {
        var deleted = await _client.DeleteDomainLanguageAsync(new DeleteDomainLanguageRequest { Domain = name }, cancellationToken: cancellationToken);
        await WriteAsync(deleted, $"{name} has forgotten text and hotwords.");
    }

    /// <summary>What is done to a domain's examples for a text model.</summary>
    /// <param name="model">Its name; null for the only one.</param>
    public ExampleRun Examples(string? model) => new(_texts, model ?? "", WriteAsync, error);

    /// <summary>Deletes a domain if that was confirmed.</summary>
    public async Task DeleteAsync(string name, bool confirmed, CancellationToken cancellationToken)
    {
        if (!confirmed) throw new UnconfirmedException();
        var deleted = await _client.DeleteDomainAsync(new DeleteDomainRequest { Domain = name }, cancellationToken: cancellationToken);
        await WriteAsync(deleted, $"Deleted {name}: {deleted.Utterances} utterances, {deleted.Revisions} revisions.");
    }

    /// <summary>Shows events until interrupted.</summary>
    public async Task WatchAsync(string name, string model, long? after, CancellationToken cancellationToken)
    {
        var request = new WatchEventsRequest { Domain = name, Model = model };
        if (after is { } id) request.AfterId = id;
        using var call = _client.WatchEvents(request, cancellationToken: cancellationToken);
        try
        {
            await foreach (var item in call.ResponseStream.ReadAllAsync(cancellationToken)) await WriteAsync(item, DomainText.Row(item, model));
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is OperationCanceledException or RpcException)
        {
            // That is how watching ends.
        }
    }

    private Task WriteAsync(DomainLanguage language) => WriteAsync(language, DomainText.Describe(language));

    private Task DescribeAsync(Domain domain, string model) => WriteAsync(domain, DomainText.Describe(domain, model));

    private Task WriteAsync(IMessage message, string text) => output.WriteLineAsync(json ? Json.Format(message) : text);

    private static string HintFor(RpcException exception) => ServerConnection.ReasonOf(exception) switch
    {
        "DOMAIN_NOT_FOUND" => " 'attune domain list' shows the domains, with --model those of a text model.",
        "REVISION_NOT_FOUND" => " 'attune domain revisions DOMAIN' shows them, with --model those of a text model.",
        _ => "",
    };
}
