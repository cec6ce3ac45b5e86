using System.Net;
using Attune.Server.Configuration;
using Microsoft.Extensions.Options;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>The connection to the store: Redis where one is configured, else a store in the process.</summary>
/// <remarks>
/// <para>An operation is tried a few times, each try with a timeout, and with random pauses between them that grow. While most of them fail, none is tried
/// for a while. Operations must bear to be done twice: an answer may be lost after the work was done.</para>
/// <para>Nothing here waits for a connection; it is made, and made anew, behind the scenes. A store in the process that closes its connections, as it does
/// when its log could not be written, is started again as soon as its disk has room. Thread-safe.</para>
/// <para>Nothing is read or written before the store is found to have the format of this version (<see cref="StateMigration"/>). A Redis is looked at again every few seconds, since a
/// newer server may come to share it.</para>
/// </remarks>
internal sealed partial class StateConnection : IAsyncDisposable, IDisposable
{
    private const int Retries = 3;
    private const int BacklogSeconds = 60;
    private const long NotChecked = long.MinValue;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BreakDuration = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BreakSampling = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RestartPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FormatInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MigrationPause = TimeSpan.FromMilliseconds(200);

    private readonly StateOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EmbeddedStore? _embedded;
    private readonly EndPoint? _endPoint;
    private readonly ResiliencePipeline _pipeline;
    private readonly Lazy<Task<ConnectionMultiplexer>> _multiplexer;
    private readonly string? _folder;
    private readonly StateMigration _migration;
    private readonly Lock _admission = new();
    private Task<bool> _admitting = Task.FromResult(false);
    private long _formatChecked = NotChecked;
    private bool _mayMigrate = true;
    private bool _isFormatRefused;
    private volatile bool _reachable = true;
    private bool _isDiskNearlyFull;
    private readonly CancellationTokenSource _disposing = new();
    private LargeValueSweeper? _sweeper;
    private bool _isRestarting;
    private long _awaySince;

    /// <exception cref="ConfigurationException">The connection string is malformed, or the folder cannot be used.</exception>
    public StateConnection(IOptions<StateOptions> options, TimeProvider time, ILogger<StateConnection> logger)
        : this(options.Value, time, logger, existing: null)
    {
    }

    /// <param name="options">Where to connect to.</param>
    /// <param name="time">Clock of timeouts and pauses.</param>
    /// <param name="logger">Told when the store goes and comes.</param>
    /// <param name="existing">A store in another process to connect to instead; null for what the options say.</param>
    internal StateConnection(StateOptions options, TimeProvider time, ILogger logger, EndPoint? existing)
    {
        _options = options;
        _time = time;
        _logger = logger;
        _endPoint = existing;
        if (existing is null && options.Redis.Length == 0) _embedded = new EmbeddedStore(options.ResolveDirectory());
        else if (existing is null) _ = Configuration(); // a malformed string stops the start
        _folder = _embedded?.Folder ?? (existing is not null ? options.ResolveDirectory() : null);
        ValuesFolder = _folder is null ? null : EmbeddedStore.ValuesIn(_folder);
        _migration = new StateMigration(this, new StateFormatPlace(this, _folder), options.LeaseDuration, logger);
        _pipeline = CreatePipeline(options, time);
        _multiplexer = new Lazy<Task<ConnectionMultiplexer>>(ConnectAsync);
    }

    /// <summary>Told that the store came back after it could not be reached, on any thread.</summary>
    public event Action? Restored;

    /// <summary>Folder of large values of a store in a process of this machine; null for Redis, which has them itself.</summary>
    public string? ValuesFolder { get; }

    /// <summary>By the clock of expiries.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether the last operation reached the store.</summary>
    public bool IsReachable => _reachable;

    /// <summary>Starts the store in the process, if it is that, and brings what is stored to this version's format. A Redis that is away is not waited for.</summary>
    /// <param name="mayMigrate">False for one that only reads.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ConfigurationException">The folder's contents are damaged, or the store has a format that this version must not touch.</exception>
    public async Task StartAsync(bool mayMigrate, CancellationToken cancellationToken)
    {
        _mayMigrate = mayMigrate;
        try
        {
            if (_folder is not null) RequireFormat(StateFormatPlace.ReadIn(_folder)); // before anything in it is opened
            _embedded?.Start();
            _ = _multiplexer.Value;
            while (await IsThereAsync(cancellationToken) && !await AdmitAsync(cancellationToken)) await Task.Delay(MigrationPause, _time, cancellationToken);
        }
        catch (StateFormatException exception)
        {
            throw new ConfigurationException([exception.Message], exception);
        }
        catch (StateUnavailableException)
        {
            // It is looked at as soon as it can be reached.
        }

        if (_embedded is not null && mayMigrate) _sweeper = new LargeValueSweeper(this, _embedded, _time, _logger);
    }

    /// <summary>Runs an operation.</summary>
    /// <param name="operation">Bears to be done twice.</param>
    /// <param name="cancellationToken">Ends the wait; what was sent may still be done.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached, did not answer in time, or has a format that this version must not touch.</exception>
    public async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
    {
        if (!IsAdmitted) await RequireAdmissionAsync(cancellationToken);
        return await ReachAsync(operation, cancellationToken);
    }

    /// <summary>Runs an operation whatever the format: for those that find it out and change it.</summary>
    /// <param name="operation">Bears to be done twice.</param>
    /// <param name="cancellationToken">Ends the wait; what was sent may still be done.</param>
    /// <exception cref="StateUnavailableException">The store cannot be reached, or did not answer in time.</exception>
    internal async Task<T> ReachAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
    {
        try
        {
            var result = await _pipeline.ExecuteAsync(
                async token => await operation((await _multiplexer.Value.WaitAsync(token)).GetDatabase()).WaitAsync(token), cancellationToken);
            if (!_reachable) OnRestored();
            return result;
        }
        catch (Exception exception) when (IsAway(exception))
        {
            if (_reachable) Log.Unreachable(_logger, exception.GetType().Name);
            if (_reachable) Interlocked.Exchange(ref _awaySince, _time.GetTimestamp());
            _reachable = false;
            if (_embedded is not null && HasEnded(exception) && HasRoom(out _) && !Interlocked.Exchange(ref _isRestarting, true))
                _ = Task.Run(() => RestartAsync(_embedded), CancellationToken.None);
            throw new StateUnavailableException(exception);
        }
    }

    /// <summary>Runs an operation that takes room on the disk.</summary>
    /// <exception cref="StateUnavailableException">The store cannot be reached, or its disk is nearly full.</exception>
    /// <inheritdoc cref="RunAsync"/>
    public Task<T> WriteAsync<T>(Func<IDatabase, Task<T>> operation, CancellationToken cancellationToken)
    {
        RequireRoom();
        return RunAsync(operation, cancellationToken);
    }

    /// <summary>To be called before something is written.</summary>
    /// <exception cref="StateUnavailableException">The disk is nearly full.</exception>
    public void RequireRoom()
    {
        if (HasRoom(out var free))
        {
            if (Interlocked.Exchange(ref _isDiskNearlyFull, false)) Log.DiskFree(_logger);
            return;
        }

        // A log that cannot be written ends the store until it is restarted, so that it must not come to that.
        if (!Interlocked.Exchange(ref _isDiskNearlyFull, true)) Log.DiskNearlyFull(_logger, free, _options.MinimumFreeBytes);
        throw new StateUnavailableException(new IOException($"The disk has {free} bytes left."));
    }

    /// <summary>Listens to a channel from now on, across reconnections. Messages may get lost.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="handler">Told of each message, one after another.</param>
    /// <returns>Disposing it ends the subscription.</returns>
    public async Task<IDisposable> SubscribeAsync(RedisChannel channel, Action handler)
    {
        var multiplexer = await _multiplexer.Value;
        var queue = await multiplexer.GetSubscriber().SubscribeAsync(channel, CommandFlags.FireAndForget);
        queue.OnMessage(_ => handler());
        return new Subscription(queue);
    }

    public async ValueTask DisposeAsync()
    {
        await _disposing.CancelAsync();
        if (_sweeper is not null) await _sweeper.DisposeAsync();
        if (_multiplexer.IsValueCreated) await (await _multiplexer.Value).DisposeAsync();
        _embedded?.Dispose();
    }

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private static bool IsAway(Exception exception) => exception
        is RedisConnectionException or RedisTimeoutException or TimeoutRejectedException or BrokenCircuitException or ObjectDisposedException
        || (exception is RedisServerException server && IsTransient(server));

    /// <summary>A Redis that loads its data, or a replica that has lost its primary.</summary>
    private static bool IsTransient(RedisServerException exception) =>
        exception.Message.StartsWith("LOADING", StringComparison.Ordinal)
        || exception.Message.StartsWith("MASTERDOWN", StringComparison.Ordinal)
        || exception.Message.StartsWith("READONLY", StringComparison.Ordinal)
        || exception.Message.StartsWith("MISCONF", StringComparison.Ordinal)
        || exception.Message.StartsWith("OOM", StringComparison.Ordinal);

    private static ResiliencePipeline CreatePipeline(StateOptions options, TimeProvider time)
    {
        var away = new PredicateBuilder().Handle<Exception>(IsAway);
        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<Exception>(exception => exception is not BrokenCircuitException && IsAway(exception)),
                MaxRetryAttempts = Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = FirstPause,
                MaxDelay = LongestPause,
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                ShouldHandle = away,
                FailureRatio = 0.5,
                MinimumThroughput = 8,
                SamplingDuration = BreakSampling,
                BreakDuration = BreakDuration,
            })
            .AddTimeout(options.OperationTimeout)
            .Build();
    }

    /// <summary>A store in the process is nobody else's.</summary>
    private bool IsAdmitted => Volatile.Read(ref _formatChecked) is var ticks and not NotChecked && (_folder is not null || _time.GetElapsedTime(ticks) < FormatInterval);

    /// <summary>Whether the store answers at all, asked with less patience than an operation has, since the start waits for it.</summary>
    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        if (_folder is not null) return true;
        using var patience = new CancellationTokenSource(_options.OperationTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            RequireFormat(await _migration.ReadAsync(either.Token));
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task RequireAdmissionAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await AdmitAsync(cancellationToken)) return;
            throw new StateUnavailableException(new TimeoutException("Another server brings the store to this version's format."));
        }
        catch (StateFormatException exception)
        {
            if (!Interlocked.Exchange(ref _isFormatRefused, true)) Log.FormatRefused(_logger, exception.Message);
            throw new StateUnavailableException(exception);
        }
    }

    /// <summary>Finds out whether the store has the right format, and gives it that if it is older; once for all who ask meanwhile.</summary>
    /// <returns>False while another server gives it that.</returns>
    /// <exception cref="StateFormatException">It has a format that this version must not touch.</exception>
    private Task<bool> AdmitAsync(CancellationToken cancellationToken)
    {
        lock (_admission)
        {
            if (_admitting.IsCompleted) _admitting = Task.Run(AdmitAsync, _disposing.Token);
            return _admitting.WaitAsync(cancellationToken);
        }
    }

    private async Task<bool> AdmitAsync()
    {
        if (IsAdmitted) return true;
        if (!_mayMigrate) RequireFormat(await _migration.ReadAsync(_disposing.Token));
        else if (!await _migration.TryRunAsync(_disposing.Token)) return false;
        Volatile.Write(ref _formatChecked, _time.GetTimestamp());
        Volatile.Write(ref _isFormatRefused, false);
        return true;
    }

    /// <exception cref="StateFormatException">It is older, and nothing may be migrated.</exception>
    private void RequireFormat(int format)
    {
        if (_mayMigrate || format == StateFormat.Current) return;
        throw new StateFormatException(
            $"The format of the state must be {StateFormat.Current} to be read. Given: {format}, of an older version. Start the server of this version once, which brings it up to date, or read it with that version.");
    }

    /// <summary>A store in the process closes its connections when its log could not be written, or answers nobody any more.</summary>
    private bool HasEnded(Exception exception) => exception is RedisConnectionException || _time.GetElapsedTime(Interlocked.Read(ref _awaySince)) > RestartPause;

    private bool HasRoom(out long freeBytes)
    {
        freeBytes = _embedded is { IsTemporary: false } ? _embedded.FreeBytes : long.MaxValue;
        return freeBytes >= _options.MinimumFreeBytes;
    }

    /// <summary>Starts the store in the process again. One that fails again is left alone for a while.</summary>
    private async Task RestartAsync(EmbeddedStore embedded)
    {
        try
        {
            Log.Restarting(_logger);
            embedded.Restart();
        }
        catch (ConfigurationException exception)
        {
            Log.RestartFailed(_logger, exception);
        }

        await Task.Delay(RestartPause, _time);
        Volatile.Write(ref _isRestarting, false);
    }

    private Task<ConnectionMultiplexer> ConnectAsync() => ConnectionMultiplexer.ConnectAsync(Configuration());

    private ConfigurationOptions Configuration()
    {
        var configuration = Parse();
        configuration.AbortOnConnectFail = false;
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.AsyncTimeout = (int)_options.OperationTimeout.TotalMilliseconds;
        configuration.ConnectTimeout = (int)_options.OperationTimeout.TotalMilliseconds;
        configuration.ReconnectRetryPolicy = new ExponentialRetry((int)FirstPause.TotalMilliseconds * 2, (int)LongestPause.TotalMilliseconds);
        configuration.HeartbeatInterval = TimeSpan.FromSeconds(1);
        configuration.KeepAlive = BacklogSeconds;
        configuration.IncludeDetailInExceptions = false;
        configuration.ClientName = "attune";
        return configuration;
    }

    private ConfigurationOptions Parse()
    {
        if ((_endPoint ?? _embedded?.EndPoint) is { } endPoint) return new ConfigurationOptions { EndPoints = { endPoint } };
        try
        {
            var configuration = ConfigurationOptions.Parse(_options.Redis);
            if (configuration.EndPoints.Count > 0) return configuration;
            throw new ArgumentException("It names no host.");
        }
        catch (ArgumentException exception)
        {
            // The string may hold a password.
            throw new ConfigurationException(
                [$"{StateOptions.Section}:{nameof(StateOptions.Redis)} must be a connection string such as redis-1:6379,password=secret. {exception.Message}"],
                exception);
        }
    }

    private void OnRestored()
    {
        _reachable = true;
        Log.Reachable(_logger);
        Restored?.Invoke();
    }

    private sealed class Subscription(ChannelMessageQueue queue) : IDisposable
    {
        public void Dispose() => queue.Unsubscribe(CommandFlags.FireAndForget);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The store cannot be reached ({Cause}); recognition goes on with the weights in memory")]
        public static partial void Unreachable(ILogger logger, string cause);

        [LoggerMessage(2, LogLevel.Information, "The store can be reached again")]
        public static partial void Reachable(ILogger logger);

        [LoggerMessage(3, LogLevel.Error, "The disk of the store has {FreeBytes} bytes left, fewer than {MinimumFreeBytes}; nothing is stored until there are more")]
        public static partial void DiskNearlyFull(ILogger logger, long freeBytes, long minimumFreeBytes);

        [LoggerMessage(4, LogLevel.Information, "The disk of the store has room again")]
        public static partial void DiskFree(ILogger logger);

        [LoggerMessage(5, LogLevel.Warning, "The store in the process has ended, probably because its log could not be written; it is started again")]
        public static partial void Restarting(ILogger logger);

        [LoggerMessage(8, LogLevel.Error, "What domains learn is neither read nor stored: {Reason}")]
        public static partial void FormatRefused(ILogger logger, string reason);

        [LoggerMessage(6, LogLevel.Error, "The store in the process cannot be started again yet")]
        public static partial void RestartFailed(ILogger logger, Exception exception);
    }
}
