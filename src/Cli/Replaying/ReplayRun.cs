using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Recognition.Models;
using Attune.Server.Configuration;
using Attune.Server.Replay;

namespace Attune.Cli.Replaying;

/// <summary>One run of <c>attune replay</c>.</summary>
/// <param name="json">Whether to print JSON.</param>
/// <param name="output">The result.</param>
/// <param name="error">Problems.</param>
internal sealed class ReplayRun(bool json, TextWriter output, TextWriter error)
{
    /// <summary>Numbers exactly, since they are to be compared.</summary>
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Recomputes a final, prints what came out, and says what to do next if it fails.</summary>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public async Task<int> RunAsync(string finalId, string[] settings, CancellationToken cancellationToken)
    {
        try
        {
            var replayed = await ReplayHost.RunAsync(finalId, settings, cancellationToken);
            await output.WriteLineAsync(json ? JsonSerializer.Serialize(replayed, Json) : Describe(replayed));
            return replayed.IsEqual ? ExitCode.Success : ExitCode.RunFailed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (ReplayException exception)
        {
            await error.WriteLineAsync($"attune: {exception.Message}");
            return exception.Error switch
            {
                ReplayError.NotAnId => ExitCode.Usage,
                ReplayError.NotStored => ExitCode.RunFailed,
                _ => ExitCode.CannotRun,
            };
        }
        catch (Exception exception) when (exception is ConfigurationException or ModelException or PlatformNotSupportedException)
        {
            await error.WriteLineAsync($"attune: {exception.Message}");
            return ExitCode.CannotRun;
        }
    }

    private static string Describe(ReplayedFinal replayed)
    {
        var (served, recomputed) = (replayed.Served, replayed.Recomputed);
        return string.Create(CultureInfo.InvariantCulture, $"""
            {replayed.FinalId}  {replayed.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}, {replayed.Duration.TotalSeconds:F1} s
              model       {replayed.ModelName} {replayed.ModelSha256}
              adaptation  {replayed.ParameterSet}, {replayed.Steps} steps at {replayed.LearningRate}
              served      {served.Final}
                          {Figures(served)}
              recomputed  {recomputed.Final}
                          {Figures(recomputed)}
            {Verdict(replayed)}
            """);
    }

    private static string Figures(ReplayedOutput figures) => string.Create(
        CultureInfo.InvariantCulture,
        $"revision {figures.Revision}, confidence {figures.Confidence:R}, loss {Loss(figures.LossBefore)} -> {Loss(figures.LossAfter)}");

    private static string Loss(double? loss) => loss?.ToString("R", CultureInfo.InvariantCulture) ?? "none";

    private static string Verdict(ReplayedFinal replayed)
    {
        if (replayed.IsEqual) return "Equal, bit for bit.";
        if (replayed.ServedOn == replayed.RecomputedOn) return "Different.";
        return $"Different. It was served on {replayed.ServedOn ?? "an unknown processor"}, and this is {replayed.RecomputedOn ?? "an unknown one"}: "
            + "another kind may sum in another order. Replay it on the former.";
    }
}
