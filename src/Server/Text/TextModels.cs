using Attune.Recognition.Models;
using Attune.Server.Serving;
using Attune.Text;
using Attune.Text.Generation;
using Microsoft.Extensions.Options;

namespace Attune.Server.Text;

/// <summary>The text models that serve, as the settings name them.</summary>
/// <remarks>Immutable; thread-safe. Disposed after the last request.</remarks>
internal sealed class TextModels : IDisposable
{
    private readonly SortedDictionary<string, ServedTextModel> _models = new(StringComparer.Ordinal);

    /// <summary>Opens all of them.</summary>
    /// <exception cref="ModelException">One cannot be used.</exception>
    public TextModels(IOptions<TextOptions> options, TextModelOpener opener)
    {
        try
        {
            foreach (var (name, folder) in options.Value.Models) _models.Add(name, opener.Open(name, folder));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>All of them, by name.</summary>
    public IReadOnlyCollection<ServedTextModel> All => _models.Values;

    /// <summary>The model of a request.</summary>
    /// <param name="name">As it came; empty for the only one that fits.</param>
    /// <param name="fits">Whether a model can do what is asked.</param>
    /// <exception cref="TextOffException">There is no model at all.</exception>
    /// <exception cref="TextModelNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidRequestException">No name is given, and there is more than one, or none, that fits.</exception>
    public ServedTextModel Find(string name, Func<TextEngine, bool> fits)
    {
        if (_models.Count == 0) throw new TextOffException();
        if (name.Length > 0)
        {
            return _models.TryGetValue(name, out var model)
                ? model
                : throw new TextModelNotFoundException($"model must be one of {string.Join(", ", _models.Keys)}. Given: '{name}'.");
        }

        ServedTextModel[] fitting = [.. _models.Values.Where(model => fits(model.Engine))];
        if (fitting.Length == 1) return fitting[0];
        var names = fitting.Length == 0 ? "and no model here does this" : $"and must be one of {string.Join(", ", fitting.Select(model => model.Name))}";
        throw new InvalidRequestException([new("model", $"model is not given, {names}.")]);
    }

    /// <summary>Runs each of them once, so that no caller pays for first times.</summary>
    public void WarmUp(CancellationToken cancellationToken)
    {
        foreach (var model in _models.Values)
        {
            using ITextWork work = model.Engine.IsCausal ? model.Engine.Generate("", new GenerationOptions { MaxTokens = 2 }) : model.Engine.Classify("a");
            while (work.Advance(cancellationToken))
            {
            }
        }
    }

    public void Dispose()
    {
        foreach (var model in _models.Values)
        {
            model.Adapter.Dispose();
            model.Engine.Dispose();
        }
    }
}
