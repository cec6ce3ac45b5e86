namespace Attune.Fuzzing;

/// <summary>A parser of bytes that come from outside, and what it may do with them.</summary>
/// <param name="Name">Names its folder in the corpus.</param>
/// <param name="Parse">Reads an input on the calling thread; the result says in a few words what was understood, so that inputs that reach different code differ in it.</param>
/// <param name="IsRefusal">Whether an exception is one that the parser documents for bad input.</param>
internal sealed record FuzzTarget(string Name, Func<byte[], string> Parse, Func<Exception, bool> IsRefusal)
{
    /// <summary>Pieces of the format, which chance would not find.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Makes checksums and lengths right again behind a change, so that what lies behind them is reached too.</summary>
    public Func<byte[], byte[]>? Repair { get; init; }

    /// <summary>Changes an input as a whole that its format allows; null if it cannot.</summary>
    public Func<byte[], Random, byte[]?>? Rewrite { get; init; }

    /// <summary>Longest time for an input, on a machine that is not busy. Default 1 second.</summary>
    public TimeSpan MaxTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Most bytes that an input may allocate, beside as many as <see cref="MaxAllocatedPerByte"/> times its length. Default 8 MiB.</summary>
    public long MaxAllocated { get; init; } = 8L << 20;

    /// <summary>Default 256.</summary>
    public long MaxAllocatedPerByte { get; init; } = 256;

    /// <summary>Longest message of a refusal in characters: it goes into headers, and may repeat only so much of the input. Default unlimited.</summary>
    public int MaxMessage { get; init; } = int.MaxValue;

    /// <summary>Largest input, in bytes. Default 16 KiB.</summary>
    public int MaxBytes { get; init; } = 1 << 14;

    public override string ToString() => Name;
}
