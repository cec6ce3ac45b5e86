using System.Diagnostics;
using System.IO.MemoryMappedFiles;

namespace Attune.Fuzzing;

/// <summary>Keeps the input at work where it outlives the process, and ends the process over one that hangs.</summary>
/// <remarks>An input that kills the process, as an overflow of the stack does, is found by the next run: <see cref="TakeLeft"/>. One thread begins and ends.</remarks>
internal sealed class Watchdog : IDisposable
{
    private const int Header = sizeof(int), Capacity = 1 << 20, HangExitCode = 3;

    private readonly string _path;
    private readonly TimeSpan _limit;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Timer _timer;
    private long _began;

    /// <param name="path">File for the input at work; made, and deleted in the end.</param>
    /// <param name="limit">Time after which an input counts as hanging.</param>
    public Watchdog(string path, TimeSpan limit)
    {
        _path = path;
        _limit = limit;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Create, mapName: null, Header + Capacity);
        _view = _file.CreateViewAccessor();
        _timer = new Timer(_ => Look(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
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
        Volatile.Write(ref _began, Stopwatch.GetTimestamp());
    }

    /// <summary>It was.</summary>
    public void End()
    {
        Volatile.Write(ref _began, 0);
        _view.Write(0, -1);
    }

    public void Dispose()
    {
        _timer.Dispose();
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }

    private void Look()
    {
        var began = Volatile.Read(ref _began);
        if (began == 0 || Stopwatch.GetElapsedTime(began) < _limit) return;
        Console.Error.WriteLine($"An input hangs for more than {_limit.TotalSeconds:0} s; it is in {_path}.");
        Environment.Exit(HangExitCode);
    }
}
