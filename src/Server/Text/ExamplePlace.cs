using System.Globalization;

namespace Attune.Server.Text;

/// <summary>Where an example stands among those of its domain: the one first that expires first.</summary>
/// <param name="Expires">When it is gone.</param>
/// <param name="Id">Its id.</param>
internal sealed record ExamplePlace(DateTimeOffset Expires, string Id) : IComparable<ExamplePlace>
{
    /// <summary>The place that a text gives; null if it gives none.</summary>
    public static ExamplePlace? TryParse(string text)
    {
        var parts = text.Split('.');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? new ExamplePlace(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds), parts[1])
            : null;
    }

    public int CompareTo(ExamplePlace? other) => other is null ? 1 : Expires.CompareTo(other.Expires) is var order and not 0 ? order : string.CompareOrdinal(Id, other.Id);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Expires.ToUnixTimeMilliseconds()}.{Id}");
}
