using System.Text.Json;
using System.Text.Json.Serialization;

namespace Attune.Server.State;

/// <summary>How values are written as JSON in the store.</summary>
internal static class StateJson
{
    /// <summary>Numbers exactly, those included that JSON has no word for; enumerations by name; fields that a later version may add are left out.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };
}
