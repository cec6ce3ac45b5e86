using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Adaptation.Fast;
using Attune.Adaptation.Gate;
using Attune.Recognition.Acoustic;
using Attune.Recognition.Models;

namespace Attune.Adaptation.Revisions;

/// <summary>A revision as a safetensors file in memory.</summary>
/// <remarks>
/// <para>Tensors are the adaptable parameters under the model's own names, float32, and, once there are any, the optimizer's moments
/// under <c>optimizer.first.</c> and <c>optimizer.second.</c> with the same names. The metadata has everything else under
/// <c>attune.revision</c> as JSON, and under <c>attune.sha256</c> the SHA-256 of the whole file with that hash's 64 digits as zeros.</para>
/// <para>The same revision gives the same bytes. Thread-safe.</para>
/// </remarks>
public static class RevisionFile
{
    private const string DescriptionKey = "attune.revision";
    private const string HashKey = "attune.sha256";
    private const string FirstPrefix = "optimizer.first.";
    private const string SecondPrefix = "optimizer.second.";

    private static readonly string NoHash = new('0', 2 * SHA256.HashSizeInBytes);

    private static readonly JsonSerializerOptions Json = new()
    {
        // A candidate that was refused may have figures that are no numbers.
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The bytes of a revision.</summary>
    public static byte[] ToBytes(Revision revision)
    {
        var moments = revision.State.Moments;
        var description = new Description(
            revision.Domain, revision.Number, revision.Parent, revision.ModelSha256, revision.ParameterSet, revision.UtteranceIds,
            revision.Created, revision.Verdict.Checks, moments?.Steps ?? 0);
        var metadata = new Dictionary<string, string>
        {
            ["format"] = "pt",
            [DescriptionKey] = JsonSerializer.Serialize(description, Json),
            [HashKey] = NoHash,
        };
        var layout = revision.State.Parameters.Layout;
        List<TensorSource> tensors = [.. Tensors(layout, string.Empty, revision.State.Parameters.Values)];
        if (moments is not null)
        {
            tensors.AddRange(Tensors(layout, FirstPrefix, moments.First));
            tensors.AddRange(Tensors(layout, SecondPrefix, moments.Second));
        }

        var bytes = SafetensorsWriter.ToBytes(tensors, metadata);
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(bytes)), bytes.AsSpan(FindHash(bytes, NoHash)));
        return bytes;
    }

    /// <summary>Reads a revision back.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <param name="modelSha256">The model that it must belong to.</param>
    /// <param name="set">The parameter set that it must have values for.</param>
    /// <param name="layout">That set in that model: the instance that sessions and updates use.</param>
    /// <exception cref="RevisionException">The bytes are damaged, no revision, or one of another model or parameter set.</exception>
    public static Revision Read(ReadOnlyMemory<byte> bytes, string modelSha256, ParameterSet set, ParameterLayout layout)
    {
        var (file, description, hash) = Open(bytes);
        CheckModel(description, modelSha256, "Serve that model, or reset the domain.");
        if (description.ParameterSet != set.Name)
        {
            throw new RevisionException(
                RevisionError.ForeignParameterSet,
                $"Revision {description.Number} must have values for parameter set {set}. Given: {description.ParameterSet}. "
                + "Configure that set, or reset the domain.");
        }

        return Read(file, description, hash, layout);
    }

    /// <summary>Reads a revision with the parameter set that it names.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <param name="model">The model that it must belong to.</param>
    /// <exception cref="RevisionException">The bytes are damaged, no revision, or one of another model.</exception>
    public static Revision Read(ReadOnlyMemory<byte> bytes, Model model)
    {
        var (file, description, hash) = Open(bytes);
        CheckModel(description, model.Sha256, "Give the model that its domain was served with.");
        try
        {
            return Read(file, description, hash, ParameterSet.Parse(description.ParameterSet).In(model.Layout, model.Config));
        }
        catch (ArgumentException exception)
        {
            throw new RevisionException(RevisionError.NotARevision, $"Revision {description.Number} is for no set of this model: {exception.Message}", exception);
        }
    }

    private static void CheckModel(Description description, string modelSha256, string remedy)
    {
        if (description.ModelSha256 == modelSha256) return;
        throw new RevisionException(
            RevisionError.ForeignModel,
            $"Revision {description.Number} must belong to model {modelSha256}. Given: {description.ModelSha256}. {remedy}");
    }

    private static Revision Read(SafetensorsMemory file, Description description, string hash, ParameterLayout layout)
    {
        try
        {
            var moments = description.OptimizerSteps == 0
                ? null
                : new OptimizerMoments(Values(file, layout, FirstPrefix), Values(file, layout, SecondPrefix), description.OptimizerSteps);
            var state = new AdaptationState(new AdaptableParameters(layout, Values(file, layout, string.Empty)), moments);
            return new Revision(
                description.Domain, description.Number, description.Parent, description.ModelSha256, description.ParameterSet,
                description.UtteranceIds, description.Created, new GateVerdict(description.Checks), state)
            {
                Sha256 = hash,
            };
        }
        catch (Exception exception) when (exception is ModelException or ArgumentException)
        {
            throw new RevisionException(RevisionError.NotARevision, $"Revision {description.Number} is incomplete: {exception.Message}", exception);
        }
    }

    private static (SafetensorsMemory File, Description Description, string Hash) Open(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var file = SafetensorsMemory.Parse("The revision", bytes);
            if (!file.Metadata.TryGetValue(DescriptionKey, out var json) || !file.Metadata.TryGetValue(HashKey, out var hash))
                throw new RevisionException(RevisionError.NotARevision, $"A revision's metadata must have {DescriptionKey} and {HashKey}.");

            CheckHash(bytes, hash);
            return (file, JsonSerializer.Deserialize<Description>(json, Json)!, hash);
        }
        catch (Exception exception) when (exception is ModelException or JsonException)
        {
            throw new RevisionException(RevisionError.NotARevision, $"The bytes are not a revision: {exception.Message}", exception);
        }
    }

    private static void CheckHash(ReadOnlyMemory<byte> bytes, string expected)
    {
        var place = expected.Length == NoHash.Length ? FindHash(bytes.Span, expected) : -1;
        var actual = Convert.ToHexStringLower(place < 0 ? SHA256.HashData(bytes.Span) : HashWithout(bytes.Span, place));
        if (place < 0 || actual != expected)
        {
            throw new RevisionException(
                RevisionError.Corrupted, $"A revision's bytes must have the SHA-256 that they name, {expected}. Given: {actual}. Reset the domain.");
        }
    }

    /// <summary>The hash of bytes that have zeros where their hash is.</summary>
    private static byte[] HashWithout(ReadOnlySpan<byte> bytes, int place)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(bytes[..place]);
        hash.AppendData(Encoding.ASCII.GetBytes(NoHash));
        hash.AppendData(bytes[(place + NoHash.Length)..]);
        return hash.GetHashAndReset();
    }

    /// <summary>Where the header has the 64 digits of the hash; negative if it does not.</summary>
    private static int FindHash(ReadOnlySpan<byte> bytes, string hash)
    {
        var before = $"\"{HashKey}\":\"";
        var start = bytes.IndexOf(Encoding.UTF8.GetBytes($"{before}{hash}\""));
        return start < 0 ? -1 : start + before.Length;
    }

    private static IEnumerable<TensorSource> Tensors(ParameterLayout layout, string prefix, ReadOnlyMemory<float> values) =>
        layout.Slices.Select(slice => TensorSource.FromFloats(
            prefix + slice.Parameter.Name, ElementType.F32, slice.Parameter.Shape, () => values.Slice(slice.Offset, slice.Length)));

    private static float[] Values(SafetensorsMemory file, ParameterLayout layout, string prefix)
    {
        var values = new float[layout.Length];
        foreach (var slice in layout.Slices) file.ReadFloats(prefix + slice.Parameter.Name, values.AsSpan(slice.Offset, slice.Length));
        return values;
    }

    private sealed record Description(
        string Domain,
        long Number,
        long Parent,
        string ModelSha256,
        string ParameterSet,
        IReadOnlyList<string> UtteranceIds,
        DateTimeOffset Created,
        IReadOnlyList<GateCheck> Checks,
        int OptimizerSteps);
}
