namespace Attune.Recognition.Language;

/// <summary>Makes an n-gram model from sentences: interpolated modified Kneser-Ney smoothing.</summary>
/// <remarks>
/// <para>Chen and Goodman 1998, section 4.1.6; the same as KenLM's <c>lmplz</c> without pruning. With c the counts of the longest n-grams and, of shorter ones,
/// the number of different words that come before them (those that begin a sentence keep their counts),</para>
/// <para>P(w | h) = max(c(h w) - D(c(h w)), 0) / c(h) + g(h) P(w | h without its first word), where g(h) is what the discounts took, and single words are
/// interpolated with one share for each word, <c>&lt;/s&gt;</c> and <c>&lt;unk&gt;</c> included. The probabilities of each context sum to 1.</para>
/// <para>Everything is counted in memory: about 100 bytes for each different n-gram. Not thread-safe.</para>
/// </remarks>
public sealed class KneserNeyEstimator
{
    /// <summary>Longest n-grams that are made.</summary>
    public const int MaxOrder = 5;

    private readonly NgramCounts _counts;
    private readonly int _order;
    private long _sentences;

    /// <param name="order">Words of the longest n-grams, from 1 to <see cref="MaxOrder"/>.</param>
    public KneserNeyEstimator(int order)
    {
        if (order is < 1 or > MaxOrder) throw new ArgumentOutOfRangeException(nameof(order), order, $"The order must be from 1 to {MaxOrder}.");
        _order = order;
        _counts = new NgramCounts(order);
    }

    /// <summary>Counts a sentence. One without words is left out.</summary>
    /// <exception cref="LanguageModelException">A word is written like a special one.</exception>
    public void Add(IReadOnlyList<string> words)
    {
        if (words.Count == 0) return;
        foreach (var word in words)
        {
            if (word is NgramModel.BeginSymbol or NgramModel.EndSymbol or NgramModel.UnknownSymbol)
                throw new LanguageModelException($"A text must not have the word {word}, which means something else in a model. Remove it.");
        }

        _sentences++;
        _counts.Add(words);
    }

    /// <summary>Makes the model of the sentences so far.</summary>
    /// <exception cref="LanguageModelException">There was none.</exception>
    public NgramModel Estimate()
    {
        if (_sentences == 0) throw new LanguageModelException("A language model needs text with at least one word, and there was none.");
        var (adjusted, suffixes) = Adjust();
        var contexts = Contexts(adjusted, Discounts(adjusted));

        var probabilities = new double[_counts.NodeCount];
        var uniform = 1.0 / (_counts.Words.Count - 1); // <s> is never predicted
        var builder = new NgramModelBuilder(_order, _counts.NodeCount);
        var unseen = contexts[0].Left * uniform;
        var nodes = new int[_counts.Words.Count];
        for (var node = 1; node < _counts.NodeCount; node++)
        {
            if (_counts.LengthOf(node) == 1) nodes[_counts.LastWordOf(node)] = node;
            var context = contexts[_counts.ParentOf(node)];
            var lower = _counts.LengthOf(node) == 1 ? uniform : probabilities[suffixes[node]];
            var discounted = adjusted[node] == 0 ? 0 : (adjusted[node] - context.Discounts.Of(adjusted[node])) / context.Total;
            probabilities[node] = discounted + (context.Left * lower);
        }

        for (var word = 0; word < nodes.Length; word++)
        {
            var log10 = word == _counts.BeginId ? NgramModel.Log10Floor : Math.Log10(word == _counts.UnknownId ? unseen : probabilities[nodes[word]]);
            builder.TryAddWord(_counts.Words[word], (float)log10, nodes[word] == 0 ? 0 : contexts[nodes[word]].Log10BackOff);
        }

        for (var node = 1; node < _counts.NodeCount; node++)
        {
            if (_counts.LengthOf(node) > 1) builder.TryAdd(_counts.Spell(node), (float)Math.Log10(probabilities[node]), contexts[node].Log10BackOff);
        }

        return builder.Build();
    }

    /// <summary>The counts that smoothing works with, and the node of each n-gram without its first word.</summary>
    private (long[] Adjusted, int[] Suffixes) Adjust()
    {
        var adjusted = new long[_counts.NodeCount];
        var suffixes = new int[_counts.NodeCount];
        for (var node = 1; node < _counts.NodeCount; node++)
        {
            var words = _counts.Spell(node);
            suffixes[node] = _counts.Find(words.AsSpan(1));
            if (words.Length == _order || words[0] == _counts.BeginId) adjusted[node] = _counts.CountOf(node);
            if (words.Length > 1) adjusted[suffixes[node]]++; // one more word that comes before it
        }

        return (adjusted, suffixes);
    }

    /// <summary>The discounts of each length, from 1.</summary>
    private SmoothingDiscounts[] Discounts(long[] adjusted)
    {
        const int largest = 4;
        var countsOfCounts = new long[_order][];
        for (var i = 0; i < _order; i++) countsOfCounts[i] = new long[largest];
        for (var node = 1; node < adjusted.Length; node++)
        {
            if (adjusted[node] is >= 1 and <= largest) countsOfCounts[_counts.LengthOf(node) - 1][adjusted[node] - 1]++;
        }

        return [.. countsOfCounts.Select(counts => SmoothingDiscounts.Estimate(counts))];
    }

    /// <summary>What is known of each node as a context.</summary>
    private Context[] Contexts(long[] adjusted, SmoothingDiscounts[] discounts)
    {
        var contexts = new Context[adjusted.Length];
        for (var node = 1; node < adjusted.Length; node++)
        {
            if (adjusted[node] == 0) continue;
            ref var context = ref contexts[_counts.ParentOf(node)];
            context.Discounts = discounts[_counts.LengthOf(node) - 1];
            context.Total += adjusted[node];
            context.Taken += context.Discounts.Of(adjusted[node]);
        }

        return contexts;
    }

    private struct Context
    {
        /// <summary>Of what follows it.</summary>
        public SmoothingDiscounts Discounts;

        /// <summary>Count of all that follows it.</summary>
        public long Total;

        /// <summary>What the discounts take of that.</summary>
        public double Taken;

        /// <summary>Share that is left to words that do not follow it.</summary>
        public readonly double Left => Taken / Total;

        public readonly float Log10BackOff => Total == 0 ? 0 : (float)Math.Log10(Left);
    }
}
