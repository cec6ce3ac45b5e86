using System.Net.Sockets;
using Attune.Recognition.Models;
using Attune.Server.Access;
using Attune.Server.Checkpoints;
using Attune.Server.Configuration;
using Attune.Server.Domains;
using Attune.Server.Editing;
using Attune.Server.Serving;
using Attune.Server.Serving.Riva;
using Attune.Server.Serving.Web;
using Attune.Server.Telemetry;
using Attune.Server.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Attune.Server;

/// <summary>Puts the server together.</summary>
/// <remarks>
/// Settings come, the later ones winning, from <c>appsettings.json</c> beside the program, the file of <c>--config FILE.json</c>,
/// environment variables (<c>Adaptation__Fast__Steps=5</c>) and the command line (<c>--Adaptation:Fast:Steps 5</c>, <c>--urls</c>). They
/// are read once. With nothing configured it listens on <see cref="DefaultUrl"/>, which other machines cannot reach.
/// </remarks>
public static class ServerHost
{
    /// <summary>Where the server listens if nothing else is configured.</summary>
    public const string DefaultUrl = "http://127.0.0.1:5190";

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="args">The command line.</param>
    /// <returns>Exit code: 0, or 1 if it could not start; then the reason is on standard error, without a stack trace.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            await using var app = await BuildAsync(args);
            await ServeAsync(app);
            return 0;
        }
        catch (Exception exception) when (exception is ConfigurationException or ModelException or PlatformNotSupportedException)
        {
            await Console.Error.WriteLineAsync($"The server cannot start. {exception.Message}");
            return 1;
        }
    }

    /// <summary>Serves until it is told to stop, which may be before it listens.</summary>
    /// <exception cref="ConfigurationException">It cannot listen.</exception>
    internal static async Task ServeAsync(WebApplication app)
    {
        try
        {
            await StartAsync(app);
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return;
        }

        await app.WaitForShutdownAsync();
    }

    /// <summary>The server with its settings checked, and its model loaded and warmed up; it does not listen yet. The caller disposes.</summary>
    /// <param name="args">The command line.</param>
    /// <exception cref="ConfigurationException">Settings are wrong; the message lists all of them.</exception>
    /// <exception cref="ModelException">The model cannot be used.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch cannot be loaded here.</exception>
    public static Task<WebApplication> BuildAsync(string[] args) => BuildAsync(args, configure: null);

    /// <param name="args">The command line.</param>
    /// <param name="configure">The last word on services.</param>
    internal static async Task<WebApplication> BuildAsync(string[] args, Action<IServiceCollection>? configure)
    {
        var builder = CreateBuilder(args);
        OptionSections.Check(builder.Configuration);
        ConfigureListening(builder);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // a failed start is told once, by RunAsync
        builder.Services.AddCheckedOptions();
        builder.Services.AddAccess();
        builder.Services.AddSpeech();
        builder.Services.AddDomains();
        builder.Services.AddCheckpoints();
        builder.Services.AddEditing();
        builder.Services.AddText();
        builder.Services.AddServingHealth();
        builder.Services.AddGrpcReflection();
        builder.Services.AddTelemetry(builder.Configuration);
        configure?.Invoke(builder.Services);

        var app = builder.Build();
        try
        {
            app.Services.CheckAccess();
            using var lease = app.Services.GetRequiredService<ServingModel>().Lease();
            await lease.Recognizer.WarmUpAsync(app.Lifetime.ApplicationStopping);
            app.Services.GetRequiredService<TextModels>().WarmUp(app.Lifetime.ApplicationStopping);
            app.Services.GetRequiredService<TextCheckpointGate>(); // reads the guard texts
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        app.UseMetrics();
        app.UsePageOrigins();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapGrpcService<SpeechService>();
        app.MapGrpcService<RivaService>();
        app.MapWeb();
        app.MapGrpcService<AdaptationService>();
        app.MapGrpcService<CheckpointService>();
        app.MapGrpcService<EditingService>();
        app.MapGrpcService<TextService>();
        app.MapGrpcHealthChecksService().AllowAnonymous();
        app.MapGrpcReflectionService();
        app.Lifetime.ApplicationStarted.Register(() => StartLog.Write(app));
        return app;
    }

    /// <summary>A builder with the settings, unchecked.</summary>
    /// <exception cref="ConfigurationException">The file of settings cannot be read.</exception>
    internal static WebApplicationBuilder CreateBuilder(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateBuilder(new WebApplicationOptions
            {
                // Settings are read once: no watching of files, which costs handles that containers are short of.
                Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],
                ContentRootPath = AppContext.BaseDirectory,
                ApplicationName = typeof(ServerHost).Assembly.GetName().Name,
            });
            if (builder.Configuration["config"] is { Length: > 0 } file)
            {
                builder.Configuration.AddJsonFile(Path.GetFullPath(file), optional: false, reloadOnChange: false);
                builder.Configuration.AddEnvironmentVariables();
                builder.Configuration.AddCommandLine(args);
            }

            return builder;
        }
        catch (Exception exception) when (exception is InvalidDataException or FileNotFoundException or FormatException)
        {
            var cause = exception.GetBaseException();
            throw new ConfigurationException([cause == exception ? cause.Message : $"{exception.Message} {cause.Message}"], exception);
        }
    }

    private static void ConfigureListening(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        string[] keys = [WebHostDefaults.ServerUrlsKey, WebHostDefaults.HttpPortsKey, WebHostDefaults.HttpsPortsKey];
        if (keys.All(key => string.IsNullOrEmpty(configuration[key])) && !configuration.GetSection("Kestrel:Endpoints").Exists())
            builder.WebHost.UseUrls(DefaultUrl);

        AddNamedEndpoints(builder);
        ListeningRule.Check(configuration, ToRules(configuration));
        // gRPC on plain text: HTTP/2 with prior knowledge, since nothing can negotiate it.
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http2));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.MarkMetricsDoor());
        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<ServingOptions>>(
            // gRPC refuses by a message's announced length, with a status; Kestrel's own limit only bounds what follows the message.
            (kestrel, serving) => kestrel.Limits.MaxRequestBodySize = 2L * serving.Value.MaxMessageBytes);
        builder.Services.AddOptions<HostOptions>().Configure<IOptions<ServingOptions>>(
            (host, serving) => host.ShutdownTimeout = serving.Value.ShutdownTimeout);
    }

    /// <summary>
    /// Listens on the addresses for browsers and for Prometheus too. Addresses have one kind of protocol each, which only named endpoints can say, so the
    /// others become named ones as well.
    /// </summary>
    private static void AddNamedEndpoints(WebApplicationBuilder builder)
    {
        var configuration = builder.Configuration;
        var endpoints = new Dictionary<string, string?>();
        AddHttp1("Web", $"{ServingOptions.Section}:{nameof(ServingOptions.WebUrl)}");
        AddHttp1(TelemetryServices.MetricsDoor, $"{TelemetryOptions.Section}:{nameof(TelemetryOptions.MetricsUrl)}");
        if (endpoints.Count == 0) return;
        if (!configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            string[] urls = (configuration[WebHostDefaults.ServerUrlsKey] ?? DefaultUrl).Split(';', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < urls.Length; i++) endpoints[$"Kestrel:Endpoints:Grpc{i}:Url"] = urls[i];
            // No address, which an empty text would not be: then the host falls back to the command line's, and Kestrel warns that they are overridden.
            builder.WebHost.UseSetting(WebHostDefaults.ServerUrlsKey, ";");
        }

        configuration.AddInMemoryCollection(endpoints);

        void AddHttp1(string name, string setting)
        {
            if (configuration[setting] is not { Length: > 0 } url) return;
            endpoints[$"Kestrel:Endpoints:{name}:Url"] = url;
            endpoints[$"Kestrel:Endpoints:{name}:Protocols"] = nameof(HttpProtocols.Http1);
        }
    }

    private static AccessRules ToRules(ConfigurationManager configuration) => new(
        Options.Create(configuration.GetSection(AccessOptions.Section).Get<AccessOptions>() ?? new AccessOptions()),
        Options.Create(configuration.GetSection(JwtOptions.Section).Get<JwtOptions>() ?? new JwtOptions()));

    private static async Task StartAsync(WebApplication app)
    {
        try
        {
            await app.StartAsync();
        }
        catch (Exception exception) when (exception is IOException or SocketException or FormatException)
        {
            var addresses = string.Join(", ", ListeningRule.Addresses(app.Configuration));
            throw new ConfigurationException([$"It cannot listen on {addresses}: {exception.Message.TrimEnd('.')}. Give other addresses: --urls, Serving:WebUrl or Kestrel:Endpoints."], exception);
        }
    }
}
