using Attune.Server.Access;
using Attune.Server.Serving;
using Attune.Server.Telemetry;
using Attune.Text;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>Runs work on texts so that recognition does not wait for it: one forward pass at a time, in turns with everybody else's.</summary>
/// <remarks>
/// <para>Of all requests about text one piece at most is computed, or waits to be, among the <see cref="ComputeTurns"/>. However many long texts are at work, a recognition
/// finds no more than that before it, and the texts go on in turns, piece by piece.</para>
/// <para>Thread-safe. Disposal waits for the requests at work, whose models are disposed after it.</para>
/// </remarks>
internal sealed class TextRunner : IAsyncDisposable, IDisposable
{
    private readonly Admission _admission;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly ComputeTurns _turns;
    private readonly ServerMetrics _metrics;
    private readonly TimeProvider _time;

    public TextRunner(TextModels models, IOptions<TextOptions> options, ComputeTurns turns, ServerMetrics metrics, TimeProvider time)
    {
        Models = models;
        MaxCharacters = options.Value.MaxCharacters;
        _admission = new Admission(options.Value.MaxConcurrentRequests, $"{TextOptions.Section}:{nameof(TextOptions.MaxConcurrentRequests)}");
        (_turns, _metrics, _time) = (turns, metrics, time);
    }

    public TextModels Models { get; }

    /// <summary>Longest text of a request.</summary>
    public int MaxCharacters { get; }

    /// <summary>Requests that are in.</summary>
    public int Admitted => _admission.Admitted;

    /// <summary>Lets a request in. Disposing the result gives its place back; do so once.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <exception cref="QuotaExceededException">The caller has as many requests as it may have.</exception>
    /// <exception cref="OverloadedException">All places are taken.</exception>
    public IDisposable Enter(Caller caller)
    {
        var share = caller.Usage.BeginWithoutAudio();
        try
        {
            return new Place(share, _admission.Enter());
        }
        catch
        {
            share.Dispose();
            throw;
        }
    }

    /// <summary>Does work of a request that is in to its end.</summary>
    /// <param name="begin">Reads the text and gives the work; runs in a turn, as tokens of a long text take time.</param>
    /// <param name="pieceDone">Runs after each piece, and before the next; others have their turn meanwhile.</param>
    /// <param name="cancellationToken">Honoured between operators and between pieces.</param>
    /// <returns>The work, done. The caller disposes it.</returns>
    public async Task<TWork> RunAsync<TWork>(Func<TWork> begin, Func<TWork, Task>? pieceDone, CancellationToken cancellationToken)
        where TWork : ITextWork
    {
        var work = await InTurnAsync(begin, cancellationToken);
        try
        {
            bool goesOn;
            do
            {
                goesOn = await InTurnAsync(
                    () =>
                    {
                        var started = _time.GetTimestamp();
                        var another = work.Advance(cancellationToken);
                        _metrics.TextPieceDone(_time.GetElapsedTime(started));
                        return another;
                    },
                    cancellationToken);
                if (pieceDone is not null) await pieceDone(work);
            }
            while (goesOn);

            return work;
        }
        catch
        {
            work.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _admission.DrainAsync();
        _admission.Dispose();
        _turn.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>Refuses a text that work cannot be begun with, before anything is done for it.</summary>
    /// <param name="begin">Reads the text; runs in a turn.</param>
    /// <param name="cancellationToken">Ends the wait for the turn.</param>
    public Task CheckAsync(Func<ITextWork> begin, CancellationToken cancellationToken) => InTurnAsync(
        () =>
        {
            begin().Dispose();
            return true;
        },
        cancellationToken);

    private async Task<T> InTurnAsync<T>(Func<T> piece, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await _turns.RunAsync(piece, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private sealed class Place(IDisposable share, IDisposable place) : IDisposable
    {
        public void Dispose()
        {
            place.Dispose();
            share.Dispose();
        }
    }
}
