using Attune.Adaptation.Text.Examples;
using Attune.Adaptation.Training;
using Attune.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Attune.Cli.Domains;

/// <summary>One run of <c>attune domain examples</c>.</summary>
/// <param name="client">The server.</param>
/// <param name="model">Name of the text model; empty for the only one.</param>
/// <param name="write">Prints a message, or the line that says the same to people.</param>
/// <param name="error">Told how far a file got that could not be added as a whole.</param>
internal sealed class ExampleRun(V1.Text.TextClient client, string model, Func<IMessage, string, Task> write, TextWriter error)
{
    /// <summary>Examples of a call, and characters from which on there are no more of them: far below what servers take by default.</summary>
    private const int CallExamples = 100, CallCharacters = 1 << 20;

    /// <summary>Adds the examples of a file. What was added before a failure stays.</summary>
    /// <param name="domain">Whose.</param>
    /// <param name="path">JSON lines.</param>
    /// <param name="skipInvalid">Whether bad lines are left out rather than refused.</param>
    /// <param name="ttl">Time after which they are gone; null for the server's setting.</param>
    /// <param name="cancellationToken">Honoured between calls.</param>
    /// <exception cref="ManifestException">Bad lines that are not to be skipped, or no line is left. Nothing is added then.</exception>
    public async Task AddAsync(string domain, string path, bool skipInvalid, TimeSpan? ttl, CancellationToken cancellationToken)
    {
        var examples = ExampleLines.Read(path, skipInvalid);
        var (done, request, characters) = (0, Request(), 0);
        foreach (var example in examples)
        {
            if (request.Examples.Count == CallExamples || (request.Examples.Count > 0 && characters + example.Text.Length > CallCharacters))
            {
                await SendNextAsync();
                (request, characters) = (Request(), 0);
            }

            request.Examples.Add(new Example { Text = example.Text, Label = example.Label ?? "" });
            characters += example.Text.Length;
        }

        await SendNextAsync();

        AddExamplesRequest Request() => new() { Domain = domain, Model = model, Ttl = ttl?.ToDuration() };

        async Task SendNextAsync()
        {
            try
            {
                await SendAsync(request, cancellationToken);
                done += request.Examples.Count;
            }
            catch (Exception exception) when (done > 0 && exception is RpcException or OperationCanceledException)
            {
                // Given again as a whole, those before it would be there twice.
                await error.WriteLineAsync(
                    $"attune: {done} of the {examples.Count} examples of {path} were added before this failed; examples[0] of what failed is number {done + 1} of the file. "
                    + "'attune domain examples list' tells what is there. Add the others from a file of their own.");
                throw;
            }
        }
    }

    /// <summary>Lists the examples.</summary>
    public async Task ListAsync(string domain, CancellationToken cancellationToken)
    {
        var page = new ListExamplesRequest { Domain = domain, Model = model };
        do
        {
            var response = await client.ListExamplesAsync(page, cancellationToken: cancellationToken);
            foreach (var example in response.Examples) await write(example, DomainText.Row(example));
            page.PageToken = response.NextPageToken;
        }
        while (page.PageToken.Length > 0);
    }

    /// <summary>Deletes examples: those of some ids, or all if that was confirmed.</summary>
    /// <exception cref="UnconfirmedException">It was not.</exception>
    public async Task DeleteAsync(string domain, IReadOnlyList<string> ids, bool confirmed, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 && !confirmed) throw new UnconfirmedException();
        var deleted = await client.DeleteExamplesAsync(new DeleteExamplesRequest { Domain = domain, Model = model, Ids = { ids } }, cancellationToken: cancellationToken);
        await write(deleted, $"Deleted {deleted.Count} examples of {domain}.");
    }

    private async Task SendAsync(AddExamplesRequest request, CancellationToken cancellationToken)
    {
        var added = await client.AddExamplesAsync(request, cancellationToken: cancellationToken);
        await write(added, $"Added {added.Ids.Count} examples to {request.Domain}, which has {added.Examples.Count} of at most {added.Examples.Capacity} for {added.Examples.Model}.");
    }
}
