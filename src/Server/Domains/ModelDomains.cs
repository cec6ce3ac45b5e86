using Attune.Adaptation;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Recognition.Decoding;
using Attune.Server.Serving;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Attune.Server.Text;
using Microsoft.Extensions.Options;

namespace Attune.Server.Domains;

/// <summary>The domains of one model: what they learnt belongs to it.</summary>
/// <param name="Reader">Reads them from the store.</param>
/// <param name="Catalogue">Those in memory.</param>
/// <param name="Speech">Recognises for them.</param>
/// <param name="Languages">What they were told of their language.</param>
/// <remarks>Thread-safe. Holds no native memory; what recognises does.</remarks>
internal sealed record ModelDomains(DomainReader Reader, DomainCatalogue Catalogue, DomainSpeech Speech, DomainLanguages Languages)
{
    /// <summary>Where they are stored.</summary>
    public ScopeStores Stores => Reader.Stores;

    /// <summary>The domains of a model.</summary>
    public static ModelDomains Create(IServiceProvider provider, AdaptiveRecognizer recognizer, BeamDecoders decoders)
    {
        var connection = provider.GetRequiredService<StateConnection>();
        var options = provider.GetRequiredService<StateOptions>();
        var time = provider.GetRequiredService<TimeProvider>();
        var slow = provider.GetRequiredService<IOptions<SlowUpdateOptions>>();
        var loggers = provider.GetRequiredService<ILoggerFactory>();
        var scope = CreateScope(recognizer, slow.Value, provider.GetRequiredService<IOptions<GateOptions>>().Value);
        var metrics = provider.GetRequiredService<ServerMetrics>();
        var reader = new DomainReader(new ScopeStores(connection, scope, options, time, Changed), time, loggers.CreateLogger<DomainReader>());
        var settings = provider.GetRequiredService<RecognitionSettings>();
        var catalogue = new DomainCatalogue(reader, connection, options, settings.Fast.Neighbours > 0, recognizer.CreateDetector, time, loggers.CreateLogger<DomainCatalogue>());
        var speech = new DomainSpeech(
            recognizer,
            reader,
            catalogue,
            provider.GetRequiredService<UtteranceOutbox>(),
            settings,
            slow,
            options.UtteranceExpiry,
            metrics,
            time);
        var languages = new DomainLanguages(new LanguageStore(connection), decoders, connection, options, time, loggers.CreateLogger<DomainLanguages>());
        return new ModelDomains(reader, catalogue, speech, languages);

        void Changed(DomainEvent change)
        {
            metrics.Changed(change);
            provider.GetRequiredService<TextChanges>().Changed(change); // which needs this model's domains, and so comes later
        }
    }

    private static StateScope CreateScope(AdaptiveRecognizer recognizer, SlowUpdateOptions slow, GateOptions gate)
    {
        var roundSize = slow.ResolveStrategy().LearnsSlowly ? recognizer.CreateLearner(slow, gate, GuardSet.Empty).RoundSize : 0;
        return new StateScope(
            RedisKeys.For(recognizer.Model, recognizer.ParameterSet), recognizer.Model.Sha256, recognizer.ParameterSet, recognizer.Source.Layout, roundSize);
    }
}
