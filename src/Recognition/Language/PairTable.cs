using System.Numerics;

namespace Attune.Recognition.Language;

/// <summary>A map from two indices to one, in two arrays: the edges of a tree whose nodes are numbers.</summary>
/// <remarks>
/// Open addressing with linear probing, at most 70 % full: 12 bytes for a slot, and exact, since the key is the pair itself. Reading is
/// thread-safe while nobody adds.
/// </remarks>
internal sealed class PairTable
{
    private const long Free = -1; // no key: both indices are at least 0

    private long[] _keys;
    private int[] _values;
    private int _shift;

    /// <param name="capacity">Pairs that are expected; more are taken.</param>
    public PairTable(int capacity = 0)
    {
        var slots = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, (long)capacity * 10 / 7));
        (_keys, _values, _shift) = Allocate(slots);
    }

    /// <summary>Pairs in it.</summary>
    public int Count { get; private set; }

    /// <summary>The index of a pair; -1 if it has none.</summary>
    public int Find(int first, int second)
    {
        var slot = SlotOf(Key(first, second));
        return _keys[slot] == Free ? -1 : _values[slot];
    }

    /// <summary>Gives a pair an index of at least 0; false if it has one already, which stays.</summary>
    public bool TryAdd(int first, int second, int value)
    {
        if (10L * (Count + 1) > 7L * _keys.Length) Grow();
        var key = Key(first, second);
        var slot = SlotOf(key);
        if (_keys[slot] != Free) return false;
        _keys[slot] = key;
        _values[slot] = value;
        Count++;
        return true;
    }

    /// <summary>Every pair with its index, in no order.</summary>
    public IEnumerable<(int First, int Second, int Value)> Entries()
    {
        for (var slot = 0; slot < _keys.Length; slot++)
        {
            if (_keys[slot] != Free) yield return ((int)(_keys[slot] >> 32), (int)_keys[slot], _values[slot]);
        }
    }

    private static long Key(int first, int second) => ((long)first << 32) | (uint)second;

    private static (long[] Keys, int[] Values, int Shift) Allocate(int slots)
    {
        var keys = new long[slots];
        Array.Fill(keys, Free);
        return (keys, new int[slots], 64 - BitOperations.Log2((uint)slots));
    }

    /// <summary>Where a key is, or would be.</summary>
    private int SlotOf(long key)
    {
        var slot = (int)(((ulong)key * 0x9E3779B97F4A7C15) >> _shift); // Fibonacci hashing: the upper bits are well mixed
        while (_keys[slot] != Free && _keys[slot] != key) slot = (slot + 1) & (_keys.Length - 1);
        return slot;
    }

    private void Grow()
    {
        var entries = Entries().ToArray();
        (_keys, _values, _shift) = Allocate(2 * _keys.Length);
        foreach (var (first, second, value) in entries)
        {
            var key = Key(first, second);
            var slot = SlotOf(key);
            _keys[slot] = key;
            _values[slot] = value;
        }
    }
}
