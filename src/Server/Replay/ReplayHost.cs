using Attune.Recognition;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.State;
using Microsoft.Extensions.Logging.Abstractions;

namespace Attune.Server.Replay;

/// <summary>Recomputes finals offline, from what the store of a server keeps.</summary>
/// <remarks>
/// A store that runs in a server is asked through its socket, which only the server's user may open; one whose server has ended is opened. Nothing is
/// written.
/// </remarks>
public static class ReplayHost
{
    /// <summary>Recomputes one final.</summary>
    /// <param name="finalId">As the server gave it: <c>DOMAIN/ID</c>, or <c>TENANT/DOMAIN/ID</c>.</param>
    /// <param name="args">Settings, as <see cref="ServerHost.RunAsync"/> takes them; of those <c>State</c> and <c>Recognition:Model</c> count.</param>
    /// <param name="cancellationToken">Honoured between steps.</param>
    /// <exception cref="ReplayException">It cannot be recomputed.</exception>
    /// <exception cref="ConfigurationException">Settings are wrong, or the store's folder cannot be used.</exception>
    /// <exception cref="ModelException">The model cannot be used.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public static async Task<ReplayedFinal> RunAsync(string finalId, string[] args, CancellationToken cancellationToken)
    {
        if (!FinalId.TryParse(finalId, out var id))
            throw new ReplayException(ReplayError.NotAnId, $"A final's id must be DOMAIN/ID or TENANT/DOMAIN/ID with 32 hexadecimal digits, as answers have it. Given: '{finalId}'.");

        var configuration = ServerHost.CreateBuilder(args).Configuration;
        OptionSections.Check(configuration);
        var options = configuration.GetSection(StateOptions.Section).Get<StateOptions>() ?? new StateOptions();
        var recognition = configuration.GetSection(RecognitionOptions.Section).Get<RecognitionOptions>() ?? new RecognitionOptions();
        try
        {
            await using var connection = Connect(options);
            await connection.StartAsync(mayMigrate: false, cancellationToken);
            using var model = Model.Open(recognition.ResolveModel());
            return await new FinalReplay(connection, options, model, TimeProvider.System).RunAsync(id, cancellationToken);
        }
        catch (StateUnavailableException exception)
        {
            throw new ReplayException(
                ReplayError.StoreUnavailable,
                $"The store cannot be reached. Give that of the server by {StateOptions.Section}:{nameof(StateOptions.Redis)} or {StateOptions.Section}:{nameof(StateOptions.Directory)}.",
                exception);
        }
    }

    private static StateConnection Connect(StateOptions options) =>
        new(options, TimeProvider.System, NullLogger.Instance, options.Redis.Length > 0 ? null : FindServer(options));

    /// <summary>Where the server listens that uses the folder now; null if none does.</summary>
    private static System.Net.EndPoint? FindServer(StateOptions options)
    {
        const string setting = $"{StateOptions.Section}:{nameof(StateOptions.Directory)}";
        var folder = options.ResolveDirectory() ?? throw new ReplayException(
            ReplayError.StoreUnavailable, $"{setting} is '{StateOptions.NoDirectory}', so that nothing is kept. Give the folder of the server, or its Redis.");
        if (!EmbeddedStore.IsIn(folder))
            throw new ReplayException(ReplayError.StoreUnavailable, $"{setting} {folder} holds no store. Give the folder of the server, or its Redis.");
        return EmbeddedStore.IsInUse(folder) ? EmbeddedStore.EndPointIn(folder) : null;
    }
}
