using Attune.Server.Access;

namespace Attune.Server.Workers;

/// <summary>Looks every few seconds whether certificates were renewed.</summary>
/// <remarks>The files are read, not watched: mounted secrets are exchanged by links, of which watching tells nothing.</remarks>
internal sealed class CertificateWorker(ServerTls tls, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!tls.HasFiles) return;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken)) tls.Reload();
    }
}
