namespace Attune.Text.Generation;

/// <summary>Draws the next token.</summary>
/// <remarks>Not thread-safe: each draw goes on with the sequence of the seed.</remarks>
/// <param name="options">Temperature, top-k, top-p and seed.</param>
internal sealed class TokenSampler(GenerationOptions options)
{
    private readonly Random _random = new(options.Seed);

    /// <summary>Chooses among logits.</summary>
    public int Next(ReadOnlySpan<float> logits)
    {
        if (options.Temperature == 0) return MostProbable(logits);

        var tokens = MostProbableFirst(logits);
        var weights = new double[options.TopK > 0 ? Math.Min(options.TopK, tokens.Length) : tokens.Length];
        for (var i = 0; i < weights.Length; i++) weights[i] = Math.Exp((logits[tokens[i]] - logits[tokens[0]]) / options.Temperature);
        return tokens[Draw(weights)];
    }

    /// <summary>An index, in proportion to the weights, which fall, of those within the nucleus.</summary>
    private int Draw(double[] weights)
    {
        var wanted = weights.Sum() * options.TopP;
        var (count, sum) = (0, 0.0);
        // The last weights may be needed to make up for rounding.
        while (count < weights.Length && (count == 0 || sum < wanted)) sum += weights[count++];

        var place = _random.NextDouble() * sum;
        for (var i = 0; i < count - 1; i++)
        {
            place -= weights[i];
            if (place < 0) return i;
        }

        return count - 1;
    }

    private static int MostProbable(ReadOnlySpan<float> logits)
    {
        var best = 0;
        for (var token = 1; token < logits.Length; token++)
        {
            if (logits[token] > logits[best]) best = token;
        }

        return best;
    }

    private static int[] MostProbableFirst(ReadOnlySpan<float> logits)
    {
        var tokens = new int[logits.Length];
        var keys = new float[logits.Length];
        for (var token = 0; token < tokens.Length; token++) (tokens[token], keys[token]) = (token, -logits[token]);
        Array.Sort(keys, tokens);
        return tokens;
    }
}
