using System.Globalization;

namespace Attune.Server.State;

/// <summary>The number of the layout of everything that is stored: keys, values, files.</summary>
/// <remarks>
/// <para>It grows whenever a server of the version before could no longer read, or would spoil, what a server of this version stores; what it can do without is added without
/// a new number. Redis has it under the key <c>format</c> (<see cref="RedisKeys.Format"/>); beside a store in the process it is the file <c>format</c> of the folder, which is read before
/// anything else there is opened.</para>
/// <list type="table">
/// <listheader><term>format</term><description>layout</description></listheader>
/// <item><term>0</term><description>No number was written. A large value lies under its key as a whole, or, in a store in the process too, in pieces.</description></item>
/// <item><term>1</term><description>The table of <see cref="RedisKeys"/>. A large value lies where <see cref="LargeValues"/> says.</description></item>
/// </list>
/// </remarks>
internal static class StateFormat
{
    /// <summary>What this server reads and writes.</summary>
    public const int Current = 1;

    /// <summary>Reads a stored number.</summary>
    /// <param name="text">What is stored; null if nothing is.</param>
    /// <param name="place">Where, for the message.</param>
    /// <exception cref="StateFormatException">It is no number, or a newer one.</exception>
    public static int Parse(string? text, string place)
    {
        if (text is null) return 0;
        if (!int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var format))
        {
            throw new StateFormatException(
                $"The format of the state in {place} must be a number of 0 to {Current}. Given: '{text}'. It is damaged; nothing was changed. Restore a backup, or give another store.");
        }

        if (format <= Current) return format;
        throw new StateFormatException(
            $"The format of the state in {place} must be at most {Current}, which this version writes. Given: {format}, of a newer version. Nothing was changed. Start that version again, or restore a "
            + "backup from before its first start.");
    }
}
