using Attune.Adaptation.Training;

namespace Attune.Adaptation.Text.Training;

/// <summary>Examples in an order that changes with each pass over them, found from the step alone.</summary>
/// <param name="count">Examples, at least 1.</param>
internal sealed class ShuffledOrder(int count)
{
    private int[] _order = [];
    private long _epoch = -1;

    /// <summary>Numbers of the examples of a step.</summary>
    public int[] At(int step, int batch, int seed) => [.. Enumerable.Range(0, batch).Select(i => Index(((long)step * batch) + i, seed))];

    private int Index(long position, int seed)
    {
        var epoch = position / count;
        if (epoch != _epoch)
        {
            _order = [.. Enumerable.Range(0, count)];
            SeededRandom.For(seed, "examples", epoch).Shuffle(_order);
            _epoch = epoch;
        }

        return _order[position % count];
    }
}
