using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Attune.Adaptation.Buffering;

namespace Attune.Server.State;

/// <summary>Bytes of a stored utterance.</summary>
/// <remarks>
/// <para><c>ATTU</c>, a byte with the version of the format, three zeros, length of the JSON (int32), length of the waveform in samples (int32), JSON,
/// samples (float32), SHA-256 of everything before it. All little-endian. What the JSON may lack, an older server has not written, and a newer one does without.</para>
/// <para>Thread-safe.</para>
/// </remarks>
internal static class UtteranceFormat
{
    private const byte Version = 1;
    private const int HeaderBytes = 16;

    public static byte[] ToBytes(StoredUtterance stored)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(Describe(stored), StateJson.Options);
        var samples = MemoryMarshal.AsBytes(stored.Utterance.Samples.Span);
        var bytes = new byte[HeaderBytes + json.Length + samples.Length + SHA256.HashSizeInBytes];
        "ATTU"u8.CopyTo(bytes);
        bytes[4] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), json.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), stored.Utterance.Samples.Length);
        json.CopyTo(bytes.AsSpan(HeaderBytes));
        samples.CopyTo(bytes.AsSpan(HeaderBytes + json.Length));
        var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        SHA256.HashData(content, bytes.AsSpan(content.Length));
        return bytes;
    }

    /// <exception cref="InvalidDataException">The bytes are damaged, or of another version.</exception>
    public static StoredUtterance Read(byte[] bytes)
    {
        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || !bytes.AsSpan().StartsWith("ATTU"u8))
            throw new InvalidDataException("The bytes are not a stored utterance.");
        if (bytes[4] != Version)
            throw new InvalidDataException($"A stored utterance must be of version {Version}. Given: {bytes[4]}. Read it with the server that wrote it.");

        var content = bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes);
        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes.AsSpan(content.Length)))
            throw new InvalidDataException("The stored utterance is damaged: its hash differs.");
        var (jsonBytes, sampleCount) = (BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8)), BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(12)));
        if (jsonBytes < 0 || sampleCount < 0 || HeaderBytes + (long)jsonBytes + (sizeof(float) * (long)sampleCount) != content.Length)
            throw new InvalidDataException($"A stored utterance must have the lengths that it states, {jsonBytes} bytes and {sampleCount} samples. Given: {content.Length} bytes in all.");

        var samples = MemoryMarshal.Cast<byte, float>(content[(HeaderBytes + jsonBytes)..]).ToArray();
        try
        {
            var description = JsonSerializer.Deserialize<Description>(content.Slice(HeaderBytes, jsonBytes), StateJson.Options);
            return description?.IsWhole == true
                ? description.ToUtterance(samples)
                : throw new InvalidDataException("The description of a stored utterance must have its id, domain, transcripts, model and parameter set, and has not.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"The description of a stored utterance is damaged: {exception.Message}", exception);
        }
    }

    private static Description Describe(StoredUtterance stored)
    {
        var utterance = stored.Utterance;
        return new(utterance.Id, utterance.Domain, utterance.Time, utterance.Revision, utterance.Draft, utterance.Final, stored.Recognition)
        {
            Embedding = stored.Embedding is { } embedding ? MemoryMarshal.AsBytes(embedding.Span).ToArray() : null,
        };
    }

    private sealed record Description(
        string Id, string Domain, DateTimeOffset Time, long Revision, string Draft, string Final, RecognitionRecord Recognition)
    {
        /// <summary>Whether everything is there that is never left out.</summary>
        [JsonIgnore]
        public bool IsWhole => this is
        {
            Id: not null, Domain: not null, Draft: not null, Final: not null,
            Recognition: { ModelName: not null, ModelSha256: not null, ParameterSet: not null, Objective: not null, Collapse: not null },
        };

        /// <summary>Float32.</summary>
        public byte[]? Embedding { get; init; }

        public StoredUtterance ToUtterance(float[] samples) => new(new BufferedUtterance(Id, Domain, samples, Time, Revision, Draft, Final), Recognition)
        {
            // No array would become an empty place.
            Embedding = Embedding is null ? default(ReadOnlyMemory<float>?) : MemoryMarshal.Cast<byte, float>(Embedding).ToArray(),
        };
    }
}
