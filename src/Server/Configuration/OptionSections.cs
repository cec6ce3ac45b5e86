using Attune.Adaptation;
using Attune.Adaptation.Collapse;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.Adaptation.Text.Slow;
using Attune.Adaptation.Text.Tent;
using Attune.Adaptation.Text.Updates;
using Attune.Recognition;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Audio;
using Attune.Recognition.Audio.EndPointing;
using Attune.Recognition.Decoding;
using Attune.Recognition.Streaming;
using Attune.Server.Access;
using Attune.Server.Checkpoints;
using Attune.Server.Serving;
using Attune.Server.Serving.Streaming;
using Attune.Server.State;
using Attune.Server.Telemetry;
using Attune.Server.Text;
using Microsoft.Extensions.Options;

namespace Attune.Server.Configuration;

/// <summary>The sections of the configuration that are ours, and the check that every key and value in them makes sense.</summary>
/// <remarks>
/// Keys are checked here and not by <see cref="BinderOptions.ErrorOnUnknownConfiguration"/>, which would take the section
/// <c>Recognition:Onnx</c> for a misspelt setting of <c>Recognition</c>, and would not look at all into <c>Adaptation</c>, which has no settings
/// of its own.
/// </remarks>
internal static class OptionSections
{
    private static readonly Section[] Sections =
    [
        Section.Of<AudioOptions>(AudioOptions.Section),
        Section.Of<RecognitionOptions>(RecognitionOptions.Section),
        Section.Of<OnnxOptions>(OnnxOptions.Section),
        Section.Of<DecodingOptions>(DecodingOptions.Section),
        Section.Of<EndPointerOptions>(EndPointerOptions.Section),
        Section.Of<StreamingOptions>(StreamingOptions.Section),
        new("Adaptation", [], _ => { }, _ => { }),
        Section.Of<FastUpdateOptions>(FastUpdateOptions.Section),
        Section.Of<AdaptationThreadOptions>(AdaptationThreadOptions.Section),
        Section.Of<SlowUpdateOptions>(SlowUpdateOptions.Section),
        Section.Of<GateOptions>(GateOptions.Section),
        Section.Of<CollapseOptions>(CollapseOptions.Section),
        Section.Of<ServingOptions>(ServingOptions.Section),
        Section.Of<StreamOptions>(StreamOptions.Section),
        Section.Of<StateOptions>(StateOptions.Section),
        Section.Of<CheckpointOptions>(CheckpointOptions.Section),
        Section.Of<TextOptions>(TextOptions.Section),
        Section.OfNames($"{TextOptions.Section}:{nameof(TextOptions.Models)}"),
        Section.OfNames($"{TextOptions.Section}:{nameof(TextOptions.GuardTexts)}"),
        Section.Of<TextAdaptationOptions>(TextAdaptationOptions.Section),
        Section.Of<TextSlowOptions>(TextSlowOptions.Section),
        Section.Of<ExampleOptions>(ExampleOptions.Section),
        Section.Of<TentOptions>(TentOptions.Section),
        Section.Of<TelemetryOptions>(TelemetryOptions.Section),
        Section.Of<AccessOptions>(AccessOptions.Section),
        Section.OfEntries<ClientOptions>(ClientOptions.Section),
        Section.Of<LimitOptions>(LimitOptions.Section),
        Section.Of<JwtOptions>(JwtOptions.Section),
        Section.Of<TlsOptions>(TlsOptions.Section),
    ];

    /// <summary>Binds each section to its options class, checked at the latest when the host starts.</summary>
    public static void AddCheckedOptions(this IServiceCollection services)
    {
        foreach (var section in Sections) section.Register(services);
        services.AddSingleton<IValidateOptions<FastUpdateOptions>, ParameterSetValidator>();
        services.AddSingleton<IValidateOptions<TextAdaptationOptions>, ParameterSetValidator>();
        services.AddSingleton<IValidateOptions<FastUpdateOptions>, ObjectiveValidator>();
        services.AddSingleton<IValidateOptions<SlowUpdateOptions>, StrategyValidator>();
        services.AddSingleton<IValidateOptions<AccessOptions>, AccessValidator>();
        services.AddSingleton<IValidateOptions<JwtOptions>, JwtValidator>();
    }

    /// <summary>Checks keys and values of all sections, before anything is built from them.</summary>
    /// <exception cref="ConfigurationException">Something is wrong; the message lists everything.</exception>
    public static void Check(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddCheckedOptions();
        using var provider = services.BuildServiceProvider();
        var problems = Sections.SelectMany(section => UnknownKeys(section, configuration).Concat(WrongValues(section, provider))).ToArray();
        if (problems.Length > 0) throw new ConfigurationException(problems);
    }

    private static IEnumerable<string> UnknownKeys(Section section, IConfiguration configuration)
    {
        if (section.HasEntries) return configuration.GetSection(section.Path).GetChildren().SelectMany(entry => UnknownKeys(section, entry));
        return UnknownKeys(section, configuration.GetSection(section.Path));
    }

    private static IEnumerable<string> UnknownKeys(Section section, IConfigurationSection given)
    {
        var prefix = section.Path + ":";
        var sections = Sections.Where(other => other.Path.StartsWith(prefix, StringComparison.Ordinal)).Select(other => other.Path[prefix.Length..]);
        string[] known = [.. section.Settings, .. sections];
        foreach (var child in given.GetChildren())
        {
            if (section.HasAnyName)
            {
                if (child.GetChildren().FirstOrDefault() is { } nested) yield return $"{nested.Path} is not a setting. {child.Path} takes one value.";
                continue;
            }

            if (!known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
                yield return $"{child.Path} is not a setting. {given.Path} has {string.Join(", ", known)}.";
            else if (section.Settings.Contains(child.Key, StringComparer.OrdinalIgnoreCase) && child.GetChildren().FirstOrDefault() is { } below)
                yield return $"{below.Path} is not a setting. {child.Path} takes one value.";
        }
    }

    private static IEnumerable<string> WrongValues(Section section, IServiceProvider provider)
    {
        try
        {
            section.Read(provider);
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
        catch (InvalidOperationException exception)
        {
            // A value that is not of the setting's type ends binding at once; the binder's message names key, value and type.
            return [exception.Message];
        }
    }

    /// <param name="Path">Full key.</param>
    /// <param name="Settings">Names of the settings directly in it.</param>
    /// <param name="Register">Binds it.</param>
    /// <param name="Read">Binds and checks its values.</param>
    private sealed record Section(
        string Path, IReadOnlyList<string> Settings, Action<IServiceCollection> Register, Action<IServiceProvider> Read)
    {
        /// <summary>Whether there are sections of any name in it, and the settings are theirs.</summary>
        public bool HasEntries { get; private init; }

        /// <summary>Whether its settings may have any name.</summary>
        public bool HasAnyName { get; private init; }

        /// <summary>A section that has entries of one kind. Another binds and checks them.</summary>
        public static Section OfEntries<TOptions>(string path) => new(path, SettingsOf<TOptions>(), _ => { }, _ => { }) { HasEntries = true };

        /// <summary>A section of values with names of the user's own. Another binds and checks them.</summary>
        public static Section OfNames(string path) => new(path, [], _ => { }, _ => { }) { HasAnyName = true };

        public static Section Of<TOptions>(string path)
            where TOptions : class
        {
            return new(path, SettingsOf<TOptions>(), Register, provider => _ = provider.GetRequiredService<IOptions<TOptions>>().Value);

            void Register(IServiceCollection services)
            {
                services.AddOptions<TOptions>().BindConfiguration(path).ValidateOnStart();
                services.AddSingleton<IValidateOptions<TOptions>>(new SectionValidator<TOptions>(path));
            }
        }

        private static string[] SettingsOf<TOptions>() =>
            [.. typeof(TOptions).GetProperties().Where(property => property.CanWrite).Select(property => property.Name)];
    }
}
