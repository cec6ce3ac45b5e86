using System.Globalization;
using Attune.V1;

namespace Attune.Cli.Domains;

/// <summary>Domains, revisions and events as people read them.</summary>
internal static class DomainText
{
    /// <summary>A domain in one line.</summary>
    /// <param name="domain">The domain.</param>
    /// <param name="model">Name of the text model that it is about; empty for the speech model.</param>
    public static string Row(Domain domain, string model) => string.Create(
        CultureInfo.InvariantCulture,
        $"{domain.Name,-24}  {RevisionName(domain.Revision),-14}  {domain.Utterances,6} {Unit(model)}  {domain.Updates,5} updates  {domain.Refused,4} refused  "
        + $"{domain.Resets,4} resets{(domain.Frozen ? "  frozen" : "")}");

    /// <summary>A domain in full.</summary>
    /// <inheritdoc cref="Row(Domain, string)"/>
    public static string Describe(Domain domain, string model) => string.Create(CultureInfo.InvariantCulture, $"""
        {domain.Name}{(domain.Frozen ? " (frozen)" : "")}
          serves      {RevisionName(domain.Revision)}{(domain.Revision == 0 ? "" : $", made from {RevisionName(domain.ParentRevision)}")}
          {Unit(model),-10}  {domain.Utterances}: {domain.UtterancesLearnt} learnt from, {domain.UtterancesWaiting} waiting, {domain.UtterancesDropped} given up
          updates     {domain.Updates} served, {domain.Refused} refused by the gate
          resets      {domain.Resets}
          since       {Time(domain.CreateTime)}
        """);

    /// <summary>What a domain was told of its language, in full.</summary>
    public static string Describe(DomainLanguage language)
    {
        var sentences = language.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] lines =
        [
            language.Domain,
            $"  told        {Time(language.CreateTime)}, forgotten {Time(language.ExpireTime)}",
            string.Create(CultureInfo.InvariantCulture, $"  hotwords    {language.Hotwords.Count}"),
            .. language.Hotwords.Select(hotword => string.Create(CultureInfo.InvariantCulture, $"    {hotword.Phrase} {hotword.Boost:+0.##;-0.##;0}")),
            string.Create(CultureInfo.InvariantCulture, $"  sentences   {sentences.Length}"),
            .. sentences.Select(sentence => "    " + sentence),
        ];
        return string.Join('\n', lines);
    }

    /// <summary>A revision in one line.</summary>
    public static string Row(Revision revision) => string.Create(
        CultureInfo.InvariantCulture,
        $"{revision.Number,6} from {revision.Parent,-6} {Time(revision.CreateTime)}  {revision.SizeBytes,11:N0} bytes  {Verdict(revision.Verdict)}{(revision.Current ? "  serves" : "")}");

    /// <summary>An example in one line; line breaks of its text are spaces.</summary>
    public static string Row(StoredExample example) =>
        $"{example.Id}  until {Time(example.ExpireTime)}  {(example.Label.Length > 0 ? $"{example.Label,-16}  " : "")}{example.Text.ReplaceLineEndings(" ")}";

    /// <summary>An event in one line.</summary>
    /// <param name="item">The event.</param>
    /// <param name="model">As of a domain.</param>
    public static string Row(DomainEvent item, string model) => string.Create(
        CultureInfo.InvariantCulture,
        $"{item.Id,6}  {Time(item.Time)}  {item.Domain,-24}  {item.Kind.ToString().ToLowerInvariant()}{What(item, model)}");

    private static string What(DomainEvent item, string model)
    {
        var text = item.Kind switch
        {
            DomainEvent.Types.Kind.Updated or DomainEvent.Types.Kind.Refused => $" {item.Revision} from {item.Parent()}, {item.UtteranceIds.Count} {Unit(model)}",
            DomainEvent.Types.Kind.Reset => $" from {item.Parent()} to {RevisionName(item.Revision)}: {item.Reason}",
            _ => "",
        };
        if (item.HasLossBefore && item.HasLossAfter)
            text += string.Create(CultureInfo.InvariantCulture, $", loss {item.LossBefore:F4} -> {item.LossAfter:F4}");
        return item.Verdict is null ? text : $"{text}, {Verdict(item.Verdict)}";
    }

    private static string Unit(string model) => model.Length == 0 ? "utterances" : "examples";

    private static string Parent(this DomainEvent item) => RevisionName(item.ParentRevision);

    /// <summary>What the gate said.</summary>
    public static string Verdict(GateVerdict? verdict) => verdict switch
    {
        null or { Passed: true } => "passed",
        _ => "refused: " + string.Join(", ", verdict.Checks.Where(check => !check.Passed).Select(Check)),
    };

    private static string Check(GateCheck check) =>
        check.HasFigure ? string.Create(CultureInfo.InvariantCulture, $"{check.Question} {check.Figure:G4} (bound {check.Threshold:G4})") : check.Question;

    private static string RevisionName(long number) => number == 0 ? "the model" : string.Create(CultureInfo.InvariantCulture, $"revision {number}");

    private static string Time(Google.Protobuf.WellKnownTypes.Timestamp? time) =>
        time?.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
