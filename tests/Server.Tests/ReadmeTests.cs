using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
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

namespace Attune.Server.Tests;

/// <summary>The README's tables say what the code says.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(RepositoryFiles.Root, "README.md"));

    [Fact]
    public void Settings_InTheReadme_AreThoseOfTheOptionsWithTheirDefaults()
    {
        string[] expected =
        [
            .. Settings<AudioOptions>(AudioOptions.Section),
            .. Settings<RecognitionOptions>(RecognitionOptions.Section),
            .. Settings<OnnxOptions>(OnnxOptions.Section),
            .. Settings<DecodingOptions>(DecodingOptions.Section),
            .. Settings<EndPointerOptions>(EndPointerOptions.Section),
            .. Settings<StreamingOptions>(StreamingOptions.Section),
            .. Settings<FastUpdateOptions>(FastUpdateOptions.Section),
            .. Settings<AdaptationThreadOptions>(AdaptationThreadOptions.Section),
            .. Settings<SlowUpdateOptions>(SlowUpdateOptions.Section),
            .. Settings<GateOptions>(GateOptions.Section),
            .. Settings<CollapseOptions>(CollapseOptions.Section),
            .. Settings<ServingOptions>(ServingOptions.Section),
            .. Settings<StreamOptions>(StreamOptions.Section),
            .. Settings<StateOptions>(StateOptions.Section),
            .. Settings<CheckpointOptions>(CheckpointOptions.Section),
            $"{TextOptions.Section}:{nameof(TextOptions.Models)}:NAME = ",
            $"{TextOptions.Section}:{nameof(TextOptions.GuardTexts)}:NAME = ",
            .. Settings<TextOptions>(TextOptions.Section),
            .. Settings<TextAdaptationOptions>(TextAdaptationOptions.Section),
            .. Settings<TextSlowOptions>(TextSlowOptions.Section),
            .. Settings<ExampleOptions>(ExampleOptions.Section),
            .. Settings<TentOptions>(TentOptions.Section),
            .. Settings<TelemetryOptions>(TelemetryOptions.Section),
            .. Settings<AccessOptions>(AccessOptions.Section),
            .. Settings<ClientOptions>($"{ClientOptions.Section}:NAME"),
            .. Settings<LimitOptions>(LimitOptions.Section),
            .. Settings<JwtOptions>(JwtOptions.Section),
            .. Settings<TlsOptions>(TlsOptions.Section),
        ];

        var actual = SettingRow().Matches(Readme).Select(match => $"{match.Groups["key"]} = {match.Groups["value"]}");

        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Statuses_InTheReadme_AreThoseOfTheTable()
    {
        var expected = StatusTable.Rows.Select(row => $"{row.Label} = {JsonNamingPolicy.SnakeCaseUpper.ConvertName(row.Status.ToString())}: {row.When}");

        var actual = StatusRowPattern().Matches(Readme).Select(match => $"{match.Groups["label"]} = {match.Groups["status"]}: {match.Groups["when"]}");

        Assert.Equal(expected, actual);
    }

    private static IEnumerable<string> Settings<TOptions>(string section)
        where TOptions : new()
    {
        var defaults = new TOptions();
        return typeof(TOptions).GetProperties()
            .Where(property => property.CanWrite)
            .Select(property => $"{section}:{property.Name} = {Convert.ToString(property.GetValue(defaults), CultureInfo.InvariantCulture)}");
    }

    [GeneratedRegex(@"^\| `(?<key>\w+(:\w+)+)` \| `(?<value>[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex SettingRow();

    [GeneratedRegex(@"^\| (`(?<label>[A-Z_]+)`)? ?\| `(?<status>[A-Z_]+)` \| (?<when>.*) \|$", RegexOptions.Multiline)]
    private static partial Regex StatusRowPattern();
}
