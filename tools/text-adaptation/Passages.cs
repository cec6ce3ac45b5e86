using System.Text;

namespace Attune.TextAdaptation;

/// <summary>Cuts a text into passages of whole lines.</summary>
internal static class Passages
{
    /// <summary>Passages of about so many bytes in UTF-8, at least a half of that.</summary>
    public static IReadOnlyList<string> Of(string path, int bytes)
    {
        var passages = new List<string>();
        var waiting = new StringBuilder();
        foreach (var line in File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            waiting.Append(waiting.Length > 0 ? " " : "").Append(line);
            if (Encoding.UTF8.GetByteCount(waiting.ToString()) >= bytes) Close();
        }

        if (Encoding.UTF8.GetByteCount(waiting.ToString()) >= bytes / 2) Close();
        return passages;

        void Close()
        {
            passages.Add(waiting.ToString());
            waiting.Clear();
        }
    }
}
