using Attune.Server.Access;
using Attune.Server.Serving;
using Attune.Server.Text;

namespace Attune.Server;

/// <summary>The line that tells what serves and where.</summary>
internal static partial class StartLog
{
    private const int ShownHashCharacters = 12;

    public static void Write(WebApplication app)
    {
        using var lease = app.Services.GetRequiredService<ServingModel>().Lease();
        var recognizer = lease.Recognizer;
        var settings = app.Services.GetRequiredService<RecognitionSettings>();
        var model = Responses.ToModel(recognizer, settings);
        Log.Serving(
            app.Logger,
            model.Name,
            model.Sha256[..ShownHashCharacters],
            model.Architecture,
            model.ParameterCount,
            model.ParameterSet,
            model.AdaptableParameterCount,
            model.DefaultSteps,
            settings.Onnx.Threads > 0 ? settings.Onnx.Threads : Environment.ProcessorCount,
            recognizer.Workers,
            recognizer.ThreadsPerWorker,
            Environment.ProcessorCount,
            string.Join(", ", app.Urls));
        var texts = app.Services.GetRequiredService<TextModels>();
        foreach (var name in texts.Names)
        {
            using var text = texts.Lease(name);
            Log.ServingText(app.Logger, name, text.Model.Model.Sha256[..ShownHashCharacters], text.Model.Model.Config.Architecture.ToString(), text.Model.ParameterCount);
        }

        var rules = app.Services.GetRequiredService<AccessRules>();
        Log.Access(app.Logger, rules.Clients, rules.Issuer, rules.Anonymous.Count == 0 ? AccessRules.Nobody : string.Join(' ', rules.Anonymous));
        var plain = ListeningRule.PlainText(app.Configuration).ToArray();
        if (plain.Length > 0 && rules.HasCredentials) Log.PlainText(app.Logger, string.Join(", ", plain));
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Information,
            "Serving {Model} (sha256 {Sha256}, {Architecture}, {Parameters} parameters) on {Urls}; adapting {ParameterSet} ({Adaptable} values), "
            + "{Steps} steps; threads: forward {ForwardThreads}, adaptation {Workers} x {ThreadsPerWorker}; {Cores} cores")]
        public static partial void Serving(
            ILogger logger,
            string model,
            string sha256,
            string architecture,
            long parameters,
            string parameterSet,
            long adaptable,
            int steps,
            int forwardThreads,
            int workers,
            int threadsPerWorker,
            int cores,
            string urls);

        [LoggerMessage(4, LogLevel.Information, "Serving text model {Model} (sha256 {Sha256}, {Architecture}, {Parameters} parameters)")]
        public static partial void ServingText(ILogger logger, string model, string sha256, string architecture, long parameters);

        [LoggerMessage(2, LogLevel.Information, "Let in are {Clients} clients, tokens of {Issuer}, and others with the roles {Anonymous}")]
        public static partial void Access(ILogger logger, int clients, string issuer, string anonymous);

        [LoggerMessage(
            3,
            LogLevel.Warning,
            "Keys and tokens travel in plain text to {Urls}: only what stands before the server can keep them secret. Listen on https to do so here")]
        public static partial void PlainText(ILogger logger, string urls);
    }
}
