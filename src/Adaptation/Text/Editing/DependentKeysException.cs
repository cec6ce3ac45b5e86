namespace Attune.Adaptation.Text.Editing;

/// <summary>A key is (nearly) a combination of those before it, and so cannot have a value of its own.</summary>
/// <param name="index">Its number among the keys, from 0.</param>
internal sealed class DependentKeysException(int index) : Exception($"Key {index} depends on those before it.")
{
    public int Index { get; } = index;
}
