namespace Attune.Evaluation;

/// <summary>The number of edits alone, where an <see cref="EditAlignment"/> would need too much memory: characters of long texts.</summary>
public static class EditDistance
{
    /// <summary>Levenshtein distance of sequences of n and m tokens in O(n m) time and O(m) memory; symmetric.</summary>
    public static int Compute<T>(ReadOnlySpan<T> reference, ReadOnlySpan<T> hypothesis)
        where T : IEquatable<T>
    {
        var costs = new int[hypothesis.Length + 1];
        for (var j = 0; j < costs.Length; j++)
            costs[j] = j;

        for (var i = 0; i < reference.Length; i++)
        {
            var diagonal = costs[0];
            costs[0] = i + 1;
            for (var j = 0; j < hypothesis.Length; j++)
            {
                var substitute = diagonal + (reference[i].Equals(hypothesis[j]) ? 0 : 1);
                diagonal = costs[j + 1];
                costs[j + 1] = Math.Min(substitute, Math.Min(costs[j], diagonal) + 1);
            }
        }

        return costs[^1];
    }
}
