namespace Attune.Recognition.Models;

/// <summary>Why a model folder cannot be used. The names are stable: they serve as machine-readable labels.</summary>
public enum ModelError
{
    /// <summary>The folder does not exist.</summary>
    MissingFolder,

    /// <summary>A file that every model needs is not in the folder.</summary>
    MissingFile,

    /// <summary>A file is there, but the operating system refuses to read it.</summary>
    UnreadableFile,

    /// <summary>A JSON file is not UTF-8, not JSON, not an object, or names a key twice.</summary>
    InvalidJson,

    /// <summary><c>config.json</c> has values that no model can have.</summary>
    InvalidConfig,

    /// <summary><c>config.json</c> names a class that this software does not run.</summary>
    UnsupportedArchitecture,

    /// <summary>A known class with an option that this software does not run.</summary>
    UnsupportedFeature,

    /// <summary><c>vocab.json</c> or the tokenizer's files do not have the expected form.</summary>
    InvalidVocabulary,

    /// <summary><c>vocab.json</c> holds one vocabulary per language.</summary>
    NestedVocabulary,

    /// <summary>Vocabulary, <c>vocab_size</c> and output layer do not agree.</summary>
    VocabularySize,

    /// <summary><c>preprocessor_config.json</c> has values that no model can have.</summary>
    InvalidPreprocessing,

    /// <summary><c>model.safetensors.index.json</c> does not have the expected form, or names what its files do not hold.</summary>
    InvalidIndex,

    /// <summary>A tensor is not in the file.</summary>
    MissingTensor,

    /// <summary>A tensor has another shape than the configuration asks for.</summary>
    TensorShape,

    /// <summary>A tensor's elements are not floating-point numbers of 16 or 32 bits.</summary>
    TensorType,

    /// <summary>The safetensors file is shorter than the 8 bytes that give the header's length.</summary>
    SafetensorsTooShort,

    /// <summary>The safetensors header is longer than the file, or than 100 MB.</summary>
    SafetensorsHeaderLength,

    /// <summary>The safetensors header is not UTF-8.</summary>
    SafetensorsHeaderEncoding,

    /// <summary>The safetensors header does not start with <c>{</c>.</summary>
    SafetensorsHeaderStart,

    /// <summary>The safetensors header is not JSON.</summary>
    SafetensorsHeaderJson,

    /// <summary>The safetensors header names a key twice.</summary>
    SafetensorsDuplicateKey,

    /// <summary><c>__metadata__</c> is not an object of strings.</summary>
    SafetensorsMetadata,

    /// <summary>A tensor's description lacks a field, has one too many, or is not an object.</summary>
    SafetensorsFields,

    /// <summary>A tensor's <c>dtype</c> is not a known one.</summary>
    SafetensorsElementType,

    /// <summary>A tensor's <c>shape</c> is not a list of non-negative integers, or its size overflows 64 bits.</summary>
    SafetensorsShape,

    /// <summary>A tensor's <c>data_offsets</c> are not two ordered non-negative integers.</summary>
    SafetensorsOffsets,

    /// <summary>A tensor lies beyond the end of the file.</summary>
    SafetensorsOutOfBounds,

    /// <summary>A tensor's bytes are not as many as its shape and type need.</summary>
    SafetensorsSize,

    /// <summary>Two tensors share bytes.</summary>
    SafetensorsOverlap,

    /// <summary>Bytes before or between tensors belong to none.</summary>
    SafetensorsHole,

    /// <summary>Bytes after the last tensor belong to none.</summary>
    SafetensorsTrailingBytes,
}
