using System.Net;

namespace Attune.Recognition.Models.Hub;

/// <summary>Fetches models from a hub into the cache.</summary>
/// <remarks>
/// <para>(1) the revision's commit and files; (2) length and hash of those that a model folder needs; (3) the bytes of each that the cache lacks, into
/// a file beside its place, from where an earlier attempt ended; (4) its hash is checked, it is flushed and renamed; (5) when all are there, the
/// snapshot's links, then the revision's reference.</para>
/// <para>A connection that drops, stalls or is refused is tried again, as often as the options say without getting further. Until (5) nothing is
/// found by <see cref="HubCache.FindSnapshot"/>. Thread-safe.</para>
/// </remarks>
public sealed class HubDownloader : IDisposable
{
    private const int BufferBytes = 1 << 17;
    private const string Incomplete = ".incomplete";

    private readonly HubOptions _options;
    private readonly HubClient _client;
    private readonly HubCache _cache;
    private readonly TimeProvider _time;

    /// <exception cref="ArgumentException">Endpoint or token cannot be used.</exception>
    public HubDownloader(HubOptions options, TimeProvider time)
    {
        _options = options;
        _client = new HubClient(options);
        _cache = new HubCache(options.CacheFolder);
        _time = time;
    }

    /// <summary>Fetches a model.</summary>
    /// <param name="reference">Which.</param>
    /// <param name="progress">Told while bytes come; null for nobody.</param>
    /// <param name="cancellationToken">Ends it; the next attempt goes on from there.</param>
    /// <exception cref="HubException">The model cannot be had.</exception>
    /// <exception cref="IOException">The cache cannot be written to, or the disk is full.</exception>
    public async Task<PulledModel> PullAsync(HubReference reference, Action<HubProgress>? progress, CancellationToken cancellationToken)
    {
        var (commit, names) = await PersistAsync(token => _client.ListAsync(reference, token), cancellationToken);
        var files = new List<HubFile>();
        foreach (var name in HubSelection.Of(reference, names))
            files.Add(await PersistAsync(token => _client.DescribeAsync(reference, commit, name, token), cancellationToken));

        var meter = new Meter(files.Sum(file => file.SizeBytes), progress);
        foreach (var file in files) await FetchAsync(reference, commit, file, meter, cancellationToken);
        var folder = _cache.Publish(reference, commit, files);
        return new PulledModel(folder, commit, files.Count, meter.Total, meter.Fetched);
    }

    public void Dispose() => _client.Dispose();

    private async Task FetchAsync(HubReference reference, string commit, HubFile file, Meter meter, CancellationToken cancellationToken)
    {
        var blob = _cache.BlobPath(reference, file.ETag);
        if (File.Exists(blob) && file.Matches(blob))
        {
            meter.Skip(file.SizeBytes);
            return;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        var partial = blob + Incomplete;
        await using (var stream = OpenPartial(partial))
        {
            // What an earlier attempt left may be damaged: then once more from the beginning.
            var resumed = stream.Length > 0;
            await ReceiveAsync(reference, commit, file, stream, meter, cancellationToken);
            if (resumed && !file.Matches(stream))
            {
                meter.Restart(stream.Length);
                stream.SetLength(0);
                await ReceiveAsync(reference, commit, file, stream, meter, cancellationToken);
            }

            stream.Flush(flushToDisk: true);
            if (!file.Matches(stream))
            {
                File.Delete(partial);
                throw new HubException(HubError.Damaged, $"{file.Name} of {reference} has not the hash that the hub announced, {file.ETag}. Try again.");
            }

            File.Move(partial, blob, overwrite: true); // while it is still locked
        }

        DurableFile.FlushFolder(Path.GetDirectoryName(blob)!);
    }

    private static FileStream OpenPartial(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new HubException(HubError.Busy, $"{path} is being written: another process fetches it. Wait for that one.", exception);
        }
    }

    /// <summary>Appends to the file until it has its length, in as many attempts as it takes.</summary>
    private async Task ReceiveAsync(HubReference reference, string commit, HubFile file, FileStream stream, Meter meter, CancellationToken cancellationToken)
    {
        if (stream.Length > file.SizeBytes) stream.SetLength(0);
        meter.Skip(stream.Length);
        var furthest = stream.Length;
        for (var failures = 0; stream.Length < file.SizeBytes;)
        {
            Exception? failure = null;
            try
            {
                await AppendAsync(reference, commit, file, stream, meter, cancellationToken);
            }
            catch (Exception exception) when (MayPass(exception, cancellationToken))
            {
                failure = exception;
            }

            await stream.FlushAsync(cancellationToken);
            failures = stream.Length > furthest ? 0 : failures + 1;
            furthest = Math.Max(furthest, stream.Length); // who only sends again what was there already makes no headway
            if (stream.Length < file.SizeBytes) await PauseAsync(failures, $"{file.Name} of {reference}", failure, cancellationToken);
        }
    }

    private async Task AppendAsync(HubReference reference, string commit, HubFile file, FileStream stream, Meter meter, CancellationToken cancellationToken)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = _time.CreateTimer(_ => stall.Cancel(), null, _options.StallTimeout, Timeout.InfiniteTimeSpan);
        using var response = await _client.OpenAsync(reference, commit, file, stream.Length, stall.Token);
        if (response.StatusCode != HttpStatusCode.PartialContent || response.Content.Headers.ContentRange?.From != stream.Length)
        {
            // The whole file, or no such part: from the beginning.
            meter.Restart(stream.Length);
            stream.SetLength(0);
            if (response.StatusCode != HttpStatusCode.OK) return;
        }

        stream.Seek(0, SeekOrigin.End);
        await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
        var buffer = new byte[BufferBytes];
        for (var read = await body.ReadAsync(buffer, stall.Token); read > 0; read = await body.ReadAsync(buffer, stall.Token))
        {
            timer.Change(_options.StallTimeout, Timeout.InfiniteTimeSpan);
            if (stream.Position + read > file.SizeBytes)
            {
                stream.SetLength(0);
                throw new HubException(HubError.Damaged, $"{file.Name} of {reference} is longer than the {file.SizeBytes} bytes that the hub announced. Try again.");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            meter.Add(read);
        }
    }

    private async Task<T> PersistAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var failures = 1; ; failures++)
        {
            using var stall = new CancellationTokenSource(_options.StallTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
            try
            {
                return await ask(either.Token);
            }
            catch (Exception exception) when (MayPass(exception, cancellationToken))
            {
                await PauseAsync(failures, "the hub's answer", exception, cancellationToken);
            }
        }
    }

    private async Task PauseAsync(int failures, string what, Exception? failure, CancellationToken cancellationToken)
    {
        if (failures >= _options.Attempts)
        {
            throw new HubException(
                HubError.Unreachable,
                $"{_options.Endpoint} failed {failures} times at {what}: {failure?.Message ?? "it sent nothing."} What was fetched stays: the same command goes on from there.",
                failure);
        }

        if (failures > 0) await Task.Delay(_options.RetryPause * Math.Pow(2, failures - 1), _time, cancellationToken);
    }

    /// <summary>Whether a failure is one of the network: not of the disk, whose exceptions are of the same family.</summary>
    private static bool MayPass(Exception exception, CancellationToken cancellationToken) =>
        exception is HttpRequestException or HttpIOException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        || exception.InnerException is System.Net.Sockets.SocketException;

    /// <summary>Adds up what is there.</summary>
    private sealed class Meter(long total, Action<HubProgress>? progress)
    {
        private long _present;

        public long Total => total;

        public long Fetched { get; private set; }

        public void Skip(long bytes) => Report(bytes);

        public void Restart(long bytes) => Report(-bytes);

        public void Add(long bytes)
        {
            Fetched += bytes;
            Report(bytes);
        }

        private void Report(long bytes)
        {
            _present += bytes;
            progress?.Invoke(new HubProgress(_present, total));
        }
    }
}
