using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;
using Attune.Text.Models;
using StackExchange.Redis;

namespace Attune.Server.State;

/// <summary>Every key and channel in the store, for one scope: a model and a parameter set, which revisions depend on.</summary>
/// <remarks>
/// <para>All keys begin with <c>{attune}:1:</c>: the braces keep them in one slot of a cluster, since scripts touch several of them; the 1 is part of the name,
/// and <c>format</c> says how to read what lies under it. S is the scope, the first 16 digits of the model's SHA-256, a dot, and the set's name, or <c>text</c> for the examples of a text model; D the domain
/// (<see cref="DomainId.Key"/>): its name, or <c>/TENANT/NAME</c> of another tenant than <see cref="Tenant.Default"/>.</para>
/// <list type="table">
/// <listheader><term>key</term><description>type, value, expiry</description></listheader>
/// <item><term><c>format</c></term><description>string: number of the layout, <see cref="StateFormat"/>; beside a store in the process a file of that name; none</description></item>
/// <item><term><c>migration</c></term><description>string: token of the server that brings the store to a newer format; <see cref="StateOptions.LeaseDuration"/></description></item>
/// <item><term><c>scopes</c></term><description>sorted set of S, all with score 0; none</description></item>
/// <item><term><c>turn</c></term><description>counter; versions of heads, and the order in which domains learn; none</description></item>
/// <item><term><c>activation</c></term><description>hash: which checkpoint serves as the speech model, <c>activation</c> JSON, <c>version</c> counts up, <c>change</c> token of the last
/// one; none</description></item>
/// <item><term><c>activation:M</c></term><description>hash: the same of the text model M of the settings; none</description></item>
/// <item><term><c>language:D</c></term><description>string: JSON of <see cref="StoredLanguage"/>, text and hotwords of a domain, whatever the scope; as long as whoever told it said
/// (<see cref="StateOptions.LanguageExpiry"/>)</description></item>
/// <item><term><c>S:domains</c></term><description>sorted set of D, all with score 0, for lists by tenant and name; none</description></item>
/// <item><term><c>S:ready</c></term><description>sorted set of the D with enough utterances for an update; score is the turn in which it became its turn; none</description></item>
/// <item><term><c>S:events</c></term><description>sorted set of <c>ID:JSON</c> (<see cref="DomainEvent"/>), score is the id; none, at most
/// <see cref="StateOptions.EventsKept"/></description></item>
/// <item><term><c>S:event-id</c></term><description>counter; none</description></item>
/// <item><term><c>S:domain:D:head</c></term><description>hash: <c>state</c> JSON of the learning state, <c>version</c> the turn of its last change, <c>change</c> token
/// of that change, <c>frozen</c> 0 or 1, <c>fence</c> last fencing token, <c>created</c> Unix time in ms, and the counters <c>utterances</c>,
/// <c>learnt</c>, <c>dropped</c>, <c>updates</c>, <c>refused</c>, <c>resets</c>; none</description></item>
/// <item><term><c>S:domain:D:lease</c></term><description>string: token of the replica that learns, <c>HOST/PROCESS/RANDOM</c>; <see cref="StateOptions.LeaseDuration"/></description></item>
/// <item><term><c>S:domain:D:waiting</c></term><description>list of ids of utterances, or of a text model's examples, in the order in which they came, to be learnt from; none</description></item>
/// <item><term><c>S:domain:D:utterances</c></term><description>sorted set of the ids of stored utterances, score counts up; none, at most
/// <see cref="StateOptions.UtterancesPerDomain"/></description></item>
/// <item><term><c>S:domain:D:utterance:ID</c></term><description>string: bytes of <see cref="UtteranceFormat"/>, or where they are;
/// <see cref="StateOptions.UtteranceExpiry"/></description></item>
/// <item><term><c>S:domain:D:revisions</c></term><description>sorted set of revision numbers, score is the number; none</description></item>
/// <item><term><c>S:domain:D:revision:N</c></term><description>string: bytes of <c>RevisionFile</c>, safetensors, or where they are (<see cref="LargeValues"/>); none</description></item>
/// <item><term><c>S:domain:D:candidate:F</c></term><description>string: the same, made under fencing token F, until it is published as a revision;
/// <see cref="CandidateExpiry"/></description></item>
/// <item><term><c>S:domain:D:revision:N:I</c></term><description>string: piece I of a revision that is larger than <see cref="LargeValues.PieceBytes"/>, in
/// Redis; none</description></item>
/// <item><term><c>S:domain:D:candidate:F:I</c></term><description>string: the same of a candidate; <see cref="CandidateExpiry"/></description></item>
/// <item><term><c>S:domain:D:examples</c></term><description>sorted set of the ids of a domain's examples for a text model, score is the Unix time in ms at which each is gone; as long as the last of
/// them</description></item>
/// <item><term><c>S:domain:D:example:ID</c></term><description>string: bytes of <see cref="ExampleFormat"/>, or where they are; as long as whoever gave it said
/// (<see cref="Attune.Server.Text.ExampleOptions.Expiry"/>)</description></item>
/// <item><term>channel <c>activation</c></term><description>version of each activation, whatever the model</description></item>
/// <item><term>channel <c>S:events</c></term><description>each event as it is logged</description></item>
/// </list>
/// </remarks>
internal sealed class RedisKeys(string scope)
{
    private const string Root = "{attune}:1:";
    private const int HashDigits = 16;

    /// <summary>Time after which a candidate that nobody published is gone.</summary>
    public static readonly TimeSpan CandidateExpiry = TimeSpan.FromMinutes(10);

    /// <summary>Pattern of the keys of utterances, revisions, candidates and examples, whatever the scope.</summary>
    public const string AllLarge = Root + "*:domain:*:[urce]*:*";

    public static readonly RedisKey Format = Root + "format";

    public static readonly RedisKey Migration = Root + "migration";

    public static readonly RedisKey Scopes = Root + "scopes";

    public static readonly RedisKey Turn = Root + "turn";

    public static readonly RedisChannel ActivationChannel = RedisChannel.Literal(Root + "activation");

    /// <param name="model">Name of a text model; empty for the speech model.</param>
    public static RedisKey Activation(string model) => Root + (model.Length == 0 ? "activation" : $"activation:{model}");

    public static RedisKey Language(string domain) => $"{Root}language:{domain}";

    /// <summary>S.</summary>
    public string Scope { get; } = scope;

    public RedisKey Domains => $"{Root}{Scope}:domains";

    public RedisKey Ready => $"{Root}{Scope}:ready";

    public RedisKey Events => $"{Root}{Scope}:events";

    public RedisKey EventId => $"{Root}{Scope}:event-id";

    public RedisChannel EventChannel => RedisChannel.Literal($"{Root}{Scope}:events");

    /// <summary>The keys for a model and a parameter set.</summary>
    public static RedisKeys For(Model model, ParameterSet set) => new($"{model.Sha256[..HashDigits]}.{set.Name}");

    /// <summary>The keys for what domains learn with a text model and a parameter set.</summary>
    public static RedisKeys For(TextModel model, ParameterSet set) => new($"{model.Sha256[..HashDigits]}.{set.Name}");

    /// <summary>The keys for the examples of a text model, whatever the parameter set.</summary>
    public static RedisKeys For(TextModel model) => new($"{model.Sha256[..HashDigits]}.text");

    public RedisKey Head(string domain) => Of(domain, "head");

    public RedisKey Lease(string domain) => Of(domain, "lease");

    public RedisKey Waiting(string domain) => Of(domain, "waiting");

    public RedisKey Utterances(string domain) => Of(domain, "utterances");

    public RedisKey Utterance(string domain, string id) => Of(domain, "utterance:" + id);

    public RedisKey Revisions(string domain) => Of(domain, "revisions");

    public RedisKey Revision(string domain, long number) => Of(domain, $"revision:{number}");

    /// <param name="domain">The domain.</param>
    /// <param name="number">In decimal digits, as sets have it.</param>
    public RedisKey Revision(string domain, string number) => Of(domain, "revision:" + number);

    public RedisKey Candidate(string domain, long fence) => Of(domain, $"candidate:{fence}");

    public RedisKey Examples(string domain) => Of(domain, "examples");

    public RedisKey Example(string domain, string id) => Of(domain, "example:" + id);

    private RedisKey Of(string domain, string key) => $"{Root}{Scope}:domain:{domain}:{key}";
}
