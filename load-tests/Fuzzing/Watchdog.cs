using System.IO.MemoryMappedFiles;

namespace Attune.Fuzzing;

/// <summary>Keeps the input at work where it outlives the process, and ends the process over one that hangs.</summary>
/// <remarks>
/// An input that kills the process, as an overflow of the stack does, is found by the next run: <see cref="TakeLeft"/>. It looks once a second, and counts the looks that find the same
/// input: a process that is suspended, or gets no processor, does not look, and so is not taken for one that hangs. One thread begins and ends.
/// </remarks>
internal sealed class Watchdog : IDisposable
{
    private const int Header = sizeof(int), Capacity = 1 << 20, HangExitCode = 3;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly string _path;
    private readonly int _limit;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly ITimer _timer;
    private long _begun;
    private long _ended;
    private long _seen;
    private int _looks;

    /// <param name="path">File for the input at work; made, and deleted in the end.</param>
    /// <param name="limit">Looks, one a second, that find an input before it counts as hanging.</param>
    /// <param name="time">Clock that says when to look.</param>
    public Watchdog(string path, int limit, TimeProvider time)
    {
        _path = path;
        _limit = limit;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Header + Capacity);
        _view = _file.CreateViewAccessor();
        _timer = time.CreateTimer(_ => EndIfHanging(), null, Interval, Interval);
    }

    /// <summary>The input that was at work when the last process ended; null if it ended well.</summary>
    public static byte[]? TakeLeft(string path)
    {
        if (!File.Exists(path)) return null;
        var bytes = File.ReadAllBytes(path);
        File.Delete(path);
        return bytes.Length > Header && BitConverter.ToInt32(bytes) is var length and >= 0 ? bytes[Header..(Header + length)] : null;
    }

    /// <summary>An input is about to be parsed.</summary>
    public void Begin(byte[] input)
    {
        _view.WriteArray(Header, input, 0, Math.Min(input.Length, Capacity));
        _view.Write(0, Math.Min(input.Length, Capacity));
        Volatile.Write(ref _begun, _begun + 1);
    }

    /// <summary>It was.</summary>
    public void End()
    {
        Volatile.Write(ref _ended, _begun);
        _view.Write(0, -1);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    /// <summary>Looks once; the timer does, on one thread at a time.</summary>
    /// <returns>Whether the input at work counts as hanging.</returns>
    internal bool Look()
    {
        var begun = Volatile.Read(ref _begun);
        var isSame = begun == _seen && begun != Volatile.Read(ref _ended);
        (_seen, _looks) = (begun, isSame ? _looks + 1 : 0);
        return _looks >= _limit;
    }

    private void EndIfHanging()
    {
        if (!Look()) return;
        Console.Error.WriteLine($"An input hangs for more than {_limit} s; it is in {_path}.");
        Environment.Exit(HangExitCode);
    }
}
