namespace Attune.Soak;

/// <summary>A kind of request.</summary>
internal enum SoakKind
{
    /// <summary>A recording that is only recognised.</summary>
    Recognise,

    /// <summary>The same, adapted to.</summary>
    Adapt,

    /// <summary>The same, for one of a number of domains, which learn.</summary>
    Domain,

    /// <summary>A live stream for a domain.</summary>
    Stream,

    /// <summary>A live stream over a WebSocket.</summary>
    WebSocket,

    /// <summary>A recording by Riva's protocol.</summary>
    Riva,

    /// <summary>A stream by Riva's protocol.</summary>
    RivaStream,

    /// <summary>Domains listed, looked at, and now and then reset.</summary>
    Inspect,

    /// <summary>Bytes that are no audio.</summary>
    BadAudio,

    /// <summary>A field that breaks its rule.</summary>
    BadField,

    /// <summary>A domain that nobody named.</summary>
    UnknownDomain,

    /// <summary>A stream that its client leaves in the middle.</summary>
    Abandoned,
}

/// <summary>Which request comes when, and how each kind must end.</summary>
internal static class SoakMix
{
    private static readonly (SoakKind Kind, int Share)[] Shares =
    [
        (SoakKind.Recognise, 30), (SoakKind.Adapt, 10), (SoakKind.Domain, 24), (SoakKind.Stream, 8), (SoakKind.WebSocket, 5), (SoakKind.Riva, 8), (SoakKind.RivaStream, 4), (SoakKind.Inspect, 4),
        (SoakKind.BadAudio, 2), (SoakKind.BadField, 2), (SoakKind.UnknownDomain, 1), (SoakKind.Abandoned, 2),
    ];

    private static readonly SoakKind[] Hundred = [.. Shares.SelectMany(share => Enumerable.Repeat(share.Kind, share.Share))];

    /// <summary>The kind of a request: each hundred requests have all kinds in their shares, in an order of their own.</summary>
    public static SoakKind KindOf(int request)
    {
        var order = (SoakKind[])Hundred.Clone();
        new Random(request / Hundred.Length).Shuffle(order);
        return order[request % Hundred.Length];
    }

    /// <summary>The one status that a kind may end with.</summary>
    public static string ExpectedOf(SoakKind kind) => kind switch
    {
        SoakKind.BadAudio or SoakKind.BadField => "InvalidArgument",
        SoakKind.UnknownDomain => "NotFound",
        SoakKind.Abandoned => "Cancelled",
        _ => "OK",
    };
}
