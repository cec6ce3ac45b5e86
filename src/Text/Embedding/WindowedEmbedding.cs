namespace Attune.Text.Embedding;

/// <summary>The vector of a text that is longer than the model reads at once: that of the tokens of all its windows.</summary>
/// <param name="size">D.</param>
/// <param name="windows">Embeddings of the windows in order, at least one. Owned.</param>
internal sealed class WindowedEmbedding(int size, IReadOnlyList<TextEmbedding> windows)
    : TextEmbedding(size, windows.Sum(window => window.TokenCount), windows.Sum(window => window.UnknownCount))
{
    private int _done;

    public override bool Advance(CancellationToken cancellationToken)
    {
        if (windows[_done].Advance(cancellationToken)) return true;
        Add(windows[_done++]);
        return _done < windows.Count;
    }

    public override void Dispose()
    {
        foreach (var window in windows) window.Dispose();
    }
}
